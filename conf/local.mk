lwm2mdconfdir = $(sysconfdir)/lwm2md
dist_lwm2mdconf_DATA = %D%/lwm2md.conf
examplesdir = $(docdir)/examples
dist_examples_DATA = %D%/examples/full.conf %D%/examples/alerts.yml
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = %D%/lwm2mctl.bash

# Definitions of common objects, one file each, where the daemon looks for them.
EXTRA_DIST += %D%/objects.txt %D%/objects.awk
definitionsdir = $(datadir)/lwm2md/objects
all-local: %D%/objects/made
%D%/objects/made: %D%/objects.txt %D%/objects.awk
	$(AM_V_GEN)$(MKDIR_P) %D%/objects && $(AWK) -f $(srcdir)/%D%/objects.awk \
		-v dir=%D%/objects $(srcdir)/%D%/objects.txt && touch $@
install-data-local: %D%/objects/made
	$(MKDIR_P) "$(DESTDIR)$(definitionsdir)"
	$(INSTALL_DATA) %D%/objects/*.xml "$(DESTDIR)$(definitionsdir)"
uninstall-local:
	cd "$(DESTDIR)$(definitionsdir)" && rm -f 3[23]??.xml
clean-local: clean-definitions
clean-definitions:
	rm -rf %D%/objects
