lwm2mdconfdir = $(sysconfdir)/lwm2md
dist_lwm2mdconf_DATA = %D%/lwm2md.conf
examplesdir = $(docdir)/examples
dist_examples_DATA = %D%/examples/full.conf %D%/examples/alerts.yml
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = %D%/lwm2mctl.bash
