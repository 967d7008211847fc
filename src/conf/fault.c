#include "conf/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int fault_set(struct fault *fault, const char *code, const char *format, ...)
{
	va_list args;

	fault->code = code;
	fault->hint[0] = '\0';
	va_start(args, format);
	vsnprintf(fault->message, sizeof fault->message, format, args);
	va_end(args);
	return -EINVAL;
}

void fault_hint(struct fault *fault, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(fault->hint, sizeof fault->hint, format, args);
	va_end(args);
}
