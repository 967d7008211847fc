# Makes the journal catalog:
#   awk -f catalog.awk -v support=URL src/base/log_ids.def systemd/catalog.txt
FNR == NR {
	if (/^LOG_ID\(/) {
		split($0, part, "\"")
		id[part[2]] = part[4]
	}
	next
}
/^#/ { next }
/^[a-z-]+: / {
	event = substr($1, 1, length($1) - 1)
	if (!(event in id) || event in seen)
		complain("event " event " of the catalog is unknown or twice there")
	seen[event] = 1
	printf "-- %s\nSubject: %s\nDefined-By: lwm2md\nSupport: %s\n", id[event], \
		substr($0, length($1) + 2), support
	printf "Documentation: man:lwm2md(8)\nDocumentation: man:lwm2md-bootstrap(7)\n\n"
	next
}
{ print }
END {
	for (event in id)
		if (!(event in seen))
			complain("event " event " has no text in the catalog")
	exit failed
}
function complain(what)
{
	print "catalog.awk: " what >"/dev/stderr"
	failed = 1
}
