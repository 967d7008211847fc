# The unit is made for the service manager that configure found: keys that an older one does not
# know are left out, since it would complain about them at each reload.
EXTRA_DIST += %D%/lwm2md.service.in %D%/lwm2md-metrics.service.in %D%/lwm2md.sysusers %D%/lwm2md.tmpfiles %D%/50-lwm2md.rules \
	%D%/catalog.awk %D%/catalog.txt

nodist_systemdsystemunit_DATA = %D%/lwm2md.service %D%/lwm2md-metrics.service
dist_systemdsystemunit_DATA = %D%/lwm2md-metrics.timer
CLEANFILES += %D%/lwm2md.service %D%/lwm2md-metrics.service

if SYSTEMD_254
RESTART_PACE = RestartSec=1\nRestartSteps=6\nRestartMaxDelaySec=60
CREDENTIALS = ImportCredential=lwm2md.*
else
RESTART_PACE = RestartSec=5
CREDENTIALS =
endif
if SYSTEMD_257
PRIVATE_USERS = PrivateUsers=identity
else
PRIVATE_USERS =
endif

%D%/lwm2md.service: %D%/lwm2md.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && sed -e 's|@sbindir[@]|$(sbindir)|' \
		-e 's|^@RESTART_PACE[@]|$(RESTART_PACE)|' \
		-e 's|^@CREDENTIALS[@]|$(CREDENTIALS)|' \
		-e 's|^@PRIVATE_USERS[@]|$(PRIVATE_USERS)|' \
		$(srcdir)/%D%/lwm2md.service.in >$@.part && mv $@.part $@

# Off by default: the administrator enables the timer.
%D%/lwm2md-metrics.service: %D%/lwm2md-metrics.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && sed -e 's|@bindir[@]|$(bindir)|' \
		$(srcdir)/%D%/lwm2md-metrics.service.in >$@.part && mv $@.part $@

# What "journalctl -x" explains: the MESSAGE_IDs are those of the program.
catalogdir = $(prefix)/lib/systemd/catalog
nodist_catalog_DATA = %D%/lwm2md.catalog
CLEANFILES += %D%/lwm2md.catalog
%D%/lwm2md.catalog: %D%/catalog.awk %D%/catalog.txt src/base/log_ids.def
	$(AM_V_GEN)$(MKDIR_P) %D% && $(AWK) -f $(srcdir)/%D%/catalog.awk \
		-v support='$(PACKAGE_BUGREPORT)' $(srcdir)/src/base/log_ids.def \
		$(srcdir)/%D%/catalog.txt >$@.part && mv $@.part $@

install-data-hook:
	$(MKDIR_P) "$(DESTDIR)$(sysusersdir)" "$(DESTDIR)$(tmpfilesdir)" "$(DESTDIR)$(polkitrulesdir)"
	$(INSTALL_DATA) $(srcdir)/%D%/lwm2md.sysusers "$(DESTDIR)$(sysusersdir)/lwm2md.conf"
	$(INSTALL_DATA) $(srcdir)/%D%/lwm2md.tmpfiles "$(DESTDIR)$(tmpfilesdir)/lwm2md.conf"
	$(INSTALL_DATA) $(srcdir)/%D%/50-lwm2md.rules "$(DESTDIR)$(polkitrulesdir)/50-lwm2md.rules"

uninstall-hook:
	rm -f "$(DESTDIR)$(sysusersdir)/lwm2md.conf" "$(DESTDIR)$(tmpfilesdir)/lwm2md.conf" \
		"$(DESTDIR)$(polkitrulesdir)/50-lwm2md.rules"
