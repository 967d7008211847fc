/*
 * Writes the time (CLOCK_BOOTTIME, microseconds) into a file and becomes another program:
 *   spawn FILE PROGRAM [ARGUMENT]...
 * so that the time a process needs does not count what the caller needs to start it.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

int main(int argc, char **argv)
{
	if (argc < 3)
		return EXIT_FAILURE;

	int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || dprintf(fd, "%" PRIu64 "\n", clock_now(&clock_system)) < 0)
		return EXIT_FAILURE;
	execv(argv[2], argv + 2);
	return EXIT_FAILURE;
}
