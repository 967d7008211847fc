# Makes DDF files, DIR/ID.xml, of the table of objects:
#   awk -f objects.awk -v dir=DIR objects.txt
/^#/ || NF == 0 { next }
$1 == "set" {
	name = $2
	$1 = $2 = ""
	set[name] = $0
	next
}
$1 == "object" {
	split($0, part, " : ")
	id = $2
	version = $3
	n = 0
	expand(part[1], 4)
	write(dir "/" id ".xml", part[2])
	next
}
{
	operations[$1] = $2
	type[$1] = $3 == "-" ? "" : $3
	range[$1] = $4 == "-" ? "" : $4
	id = $1
	$1 = $2 = $3 = $4 = ""
	sub(/^ +/, "")
	title[id] = $0
}

# Appends the resources that the words from the first one on name.
function expand(text, first,    words, i, count, word)
{
	count = split(text, words, " ")
	for (i = first; i <= count; i++) {
		word = words[i]
		if (word in set) {
			expand(set[word], 1)
			continue
		}
		is_mandatory[n] = sub(/!$/, "", word)
		if (!(word in title)) {
			print "objects.awk: no resource or set " word >"/dev/stderr"
			exit 1
		}
		resource[n++] = word
	}
}

function write(file, name,    i, r)
{
	printf "<LWM2M><Object ObjectType=\"MODefinition\">\n<Name>%s</Name>\n", name >file
	printf "<ObjectID>%s</ObjectID><ObjectURN>urn:oma:lwm2m:ext:%s:%s</ObjectURN>\n", \
		id, id, version >file
	printf "<LWM2MVersion>1.0</LWM2MVersion><ObjectVersion>%s</ObjectVersion>\n", version >file
	printf "<MultipleInstances>Multiple</MultipleInstances><Mandatory>Optional</Mandatory>\n" >file
	print "<Resources>" >file
	for (i = 0; i < n; i++) {
		r = resource[i]
		printf "<Item ID=\"%s\"><Name>%s</Name><Operations>%s</Operations>", \
			r, title[r], operations[r] >file
		printf "<MultipleInstances>Single</MultipleInstances><Mandatory>%s</Mandatory>", \
			is_mandatory[i] ? "Mandatory" : "Optional" >file
		printf "<Type>%s</Type><RangeEnumeration>%s</RangeEnumeration></Item>\n", \
			type[r], range[r] >file
	}
	print "</Resources></Object></LWM2M>" >file
	close(file)
}
