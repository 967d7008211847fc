#pragma once
/*
 * Programs of the configuration as children: an argument list, never a shell; a value on standard
 * input, what they print is the answer; killed at their deadline, what they leave behind as well,
 * at most PROGRAMS_AT_ONCE at a time. Nothing here waits for one. Layer: daemon. (lwm2md.conf(5),
 * resources)
 */
#include <sys/types.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/span.h"

enum { PROGRAMS_AT_ONCE = 4, PROGRAMS_WAITING_MAX = 64, PROGRAM_OUTPUT_MAX = 64 * 1024 };

struct programs;
struct program;

enum program_end {
	PROGRAM_EXITED, /* status: what it returned */
	PROGRAM_SIGNALLED,
	PROGRAM_TIMED_OUT,
	PROGRAM_TOO_LONG, /* more output than PROGRAM_OUTPUT_MAX */
	PROGRAM_NOT_STARTED,
};

struct program_result {
	enum program_end end;
	int status;
	struct span output; /* borrowed for the call */
	char text[64];	    /* what became of it, for people: "exit status 1" */
};

struct program_job {
	char *const *argv;	  /* the program's path first; borrowed until the end */
	struct span input;	  /* copied */
	const char *path;	  /* LWM2M_PATH; NULL: none */
	uint16_t short_server_id; /* LWM2M_SERVER; 0: none */
	uint64_t timeout;	  /* usec, from its start */
	void *data;
	/* Called once, from the loop; not after program_cancel(). */
	void (*done)(void *data, const struct program_result *result);
};

int programs_new(const struct loop *loop, const struct clock *clock, struct programs **ret);
/* Kills what runs; nobody is told. NULL is fine. Returns NULL. */
struct programs *programs_free(struct programs *p);

/*
 * Starts it now or when another one has ended. -EBUSY: too many wait. *ret is good until done or
 * program_cancel().
 */
int programs_run(struct programs *p, const struct program_job *job, struct program **ret);
/* Kills it or takes it out of the queue. NULL is fine. */
void program_cancel(struct program *program);

/* Nobody wants to know any more; one that runs goes on until its end or deadline. NULL is fine. */
void program_forget(struct program *program);

/* A child has ended (SIGCHLD): true if it is one of these, and is taken care of. */
bool programs_take_child(struct programs *p, pid_t pid);
