#pragma once
/*
 * Programs named in the configuration: there, executable, and not for others to change.
 * Layer: conf.
 */

struct command_fault {
	const char *code;
	char message[320];
	char hint[320]; /* "": none */
};

/* root: "" or a directory in front of path. -EINVAL: *fault says why. -ENOMEM. */
int command_check(const char *root, const char *path, struct command_fault *fault);
