# C source to "file:line:code" without comments of the block form and without the content of
# strings. What is left of "//" is a comment of that form.
FNR == 1 { in_comment = 0 }
{
	out = ""
	for (i = 1; i <= length($0); i++) {
		two = substr($0, i, 2)
		one = substr($0, i, 1)
		if (in_comment) {
			if (two == "*/") { in_comment = 0; i++ }
		} else if (two == "/*") {
			in_comment = 1
			i++
		} else if (two == "//") {
			out = out "//"
			break
		} else if (one == "\"" || one == "'") {
			for (i++; i <= length($0) && substr($0, i, 1) != one; i++)
				if (substr($0, i, 1) == "\\") i++
			out = out one one
		} else {
			out = out one
		}
	}
	if (out !~ /^[ \t]*$/) print FILENAME ":" FNR ":" out
}
