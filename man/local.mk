dist_man_MANS += \
	%D%/lwm2mctl.1 \
	%D%/lwm2md-reasons.7 \
	%D%/lwm2md-varlink.7 \
	%D%/lwm2md.8 \
	%D%/lwm2md.conf.5 \
	%D%/lwm2md-bootstrap.7 \
	%D%/lwm2md-card.8
