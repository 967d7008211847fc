/*
 * lwm2md-card: the program that talks with smart cards, for lwm2md and for people.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/encoding.h"
#include "base/parse.h"
#include "base/secret.h"
#include "card/helper/once.h"
#include "card/helper/pcsc.h"
#include "card/helper/sandbox.h"
#include "card/helper/show.h"
#include "card/helper/watch.h"

enum {
	OPT_READER = 256,
	OPT_PIN_FILE,
	OPT_KEY_ENC,
	OPT_KEY_MAC,
	OPT_KEY_VERSION,
	OPT_BASIC,
	OPT_EXEC,
};

/* A card that hangs must not hold up whoever looks at it. */
enum { PATIENCE_SEC = 60, SECRET_FILE_MAX = 256 };

static const struct option options[] = {
	{"reader", required_argument, NULL, OPT_READER},
	{"pin-file", required_argument, NULL, OPT_PIN_FILE},
	{"key-enc-file", required_argument, NULL, OPT_KEY_ENC},
	{"key-mac-file", required_argument, NULL, OPT_KEY_MAC},
	{"key-version", required_argument, NULL, OPT_KEY_VERSION},
	{"basic-channel", no_argument, NULL, OPT_BASIC},
	{"exec", required_argument, NULL, OPT_EXEC},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static const char help[] =
	"lwm2md-card COMMAND [OPTION]...\n"
	"Smart cards for lwm2md.\n\n"
	"Commands:\n"
	"  list                  readers, and what is in them\n"
	"  show                  what lwm2md would read from the card; keys as fingerprints\n"
	"  read, watch           for lwm2md itself\n\n"
	"Options of show:\n"
	"  --reader PATTERN      the first reader with a card whose name is like this\n"
	"  --pin-file FILE       the PIN of the card\n"
	"  --key-enc-file FILE   key for the secure channel (SCP03), hexadecimal\n"
	"  --key-mac-file FILE   the other one\n"
	"  --key-version N       version of these keys on the card\n"
	"  --basic-channel       read a card without logical channels\n"
	"  --exec PROGRAM        reach the card through a program instead of PC/SC\n"
	"  --version             print the version\n"
	"  --help                print this\n\n"
	"See lwm2md-card(8).\n";

struct arguments {
	struct card_wish wish;
	struct secret pin, key_enc, key_mac;
};

static void arguments_done(struct arguments *a)
{
	secret_done(&a->pin);
	secret_done(&a->key_enc);
	secret_done(&a->key_mac);
}

static int usage(const char *problem, const char *word)
{
	fprintf(stderr, "lwm2md-card: %s%s%s\nlwm2md-card: try \"lwm2md-card --help\"\n", problem,
		word ? ": " : "", word ? word : "");
	return 2;
}

/* One line of a file; hexadecimal if is_hex. */
static int read_secret(const char *path, bool is_hex, struct secret *ret)
{
	char text[SECRET_FILE_MAX];
	_cleanup_(buf_done) struct buf bytes = {.max = SECRET_FILE_MAX};
	FILE *f = fopen(path, "re");
	size_t len;
	uint8_t *room;
	int r;

	if (!f)
		return -errno;
	setvbuf(f, NULL, _IONBF, 0);
	len = fread(text, 1, sizeof text, f);
	fclose(f);
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	r = buf_reserve(&bytes, SECRET_FILE_MAX, &room);
	if (r == 0)
		r = is_hex ? hex_decode(span_of(text, len), &bytes)
			   : buf_append(&bytes, span_of(text, len));
	if (r == 0)
		r = secret_set(ret, buf_span(&bytes));
	explicit_bzero(text, sizeof text);
	if (bytes.data)
		explicit_bzero(bytes.data, bytes.cap);
	return r;
}

static int take_secret(const char *path, bool is_hex, struct secret *ret)
{
	int r = read_secret(path, is_hex, ret);

	if (r < 0)
		fprintf(stderr, "lwm2md-card: %s: %s\n", path,
			r == -EBADMSG ? "not hexadecimal" : strerror(-r));
	return r < 0 ? 1 : 0;
}

static int parse_option(int option, struct arguments *a)
{
	uint16_t number = 0;

	switch (option) {
	case OPT_READER:
		a->wish.reader = span_of_text(optarg);
		return 0;
	case OPT_PIN_FILE:
		return take_secret(optarg, false, &a->pin);
	case OPT_KEY_ENC:
		return take_secret(optarg, true, &a->key_enc);
	case OPT_KEY_MAC:
		return take_secret(optarg, true, &a->key_mac);
	case OPT_KEY_VERSION:
		if (parse_u16(span_of_text(optarg), &number) < 0 || number > UINT8_MAX)
			return usage("no version of a key", optarg);
		a->wish.key_version = (uint8_t)number;
		return 0;
	case OPT_BASIC:
		a->wish.may_use_basic_channel = true;
		return 0;
	case OPT_EXEC:
		a->wish.command[0] = span_of_text(optarg);
		a->wish.n_command = 1;
		return 0;
	default:
		return usage("unknown or incomplete option", NULL);
	}
}

static int list(void)
{
	_cleanup_(outcome_done) struct card_outcome outcome = {0};
	_cleanup_(pcsc_free_p) struct pcsc *p = NULL;
	struct pcsc_reader readers[PCSC_READERS_MAX];
	int n = pcsc_new(&outcome, NULL, &p);

	if (n == 0)
		n = pcsc_list(p, &outcome, readers, PCSC_READERS_MAX);
	if (n < 0) {
		fprintf(stderr, "lwm2md-card: %s [%s]\nlwm2md-card: %s\n", outcome.detail,
			reason_id(outcome.reason), reason_hint(outcome.reason));
		return EXIT_FAILURE;
	}
	show_readers(readers, (size_t)n, stdout);
	return EXIT_SUCCESS;
}

static int show(struct arguments *a)
{
	_cleanup_(outcome_done) struct card_outcome outcome = {0};
	bool has_keys = a->key_enc.len || a->key_mac.len;
	int r;

	a->wish.pin = secret_span(&a->pin);
	a->wish.key_enc = secret_span(&a->key_enc);
	a->wish.key_mac = secret_span(&a->key_mac);
	a->wish.secure = has_keys ? CARD_SECURE_REQUIRED : CARD_SECURE_OFF;
	once_read(&a->wish, NULL, &outcome);
	r = show_outcome(&outcome, stdout);
	if (outcome.class == CARD_CLASS_READ && r == 0)
		return EXIT_SUCCESS;
	if (outcome.class != CARD_CLASS_READ)
		fprintf(stderr, "lwm2md-card: %s\n", reason_hint(outcome.reason));
	return EXIT_FAILURE;
}

static int run(const char *command, struct arguments *a)
{
	bool is_for_people = strcmp(command, "list") == 0 || strcmp(command, "show") == 0;
	int r;

	if (is_for_people) {
		alarm(PATIENCE_SEC);
		return strcmp(command, "list") == 0 ? list() : show(a);
	}
	r = sandbox_enter();
	if (r < 0) {
		fprintf(stderr, "lwm2md-card: %s\n", strerror(-r));
		return EXIT_FAILURE;
	}
	if (strcmp(command, "read") == 0)
		return once_serve(STDIN_FILENO, STDOUT_FILENO);
	if (strcmp(command, "watch") == 0)
		return watch_run(STDOUT_FILENO);
	return usage("unknown command", command);
}

int main(int argc, char *argv[])
{
	_cleanup_(arguments_done) struct arguments a = {0};
	int option, r;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "Vh", options, NULL)) >= 0) {
		if (option == 'V') {
			puts("lwm2md-card " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		}
		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_SUCCESS;
		}
		r = parse_option(option, &a);
		if (r != 0)
			return r;
	}
	if (optind + 1 != argc)
		return usage(optind == argc ? "a command is missing" : "too many words",
			optind == argc ? NULL : argv[optind + 1]);
	return run(argv[optind], &a);
}
