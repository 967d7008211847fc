#include "server/reaction.h"

#include "codec/message.h"

enum { DETAIL = MSG_CODE(0, 31), ALL = 0xff };

/* The first row that matches counts; ignore: the bits of the code that make no difference. */
static const struct {
	enum reg_operation operation;
	uint8_t code, ignore;
	enum reg_event event;
	enum reason reason;
} rows[] = {
	/* clang-format off */
	{REG_OP_REGISTER,   MSG_CREATED,      0,           REG_EV_ACCEPTED,  REASON_NONE},
	{REG_OP_REGISTER,   MSG_BAD_REQUEST,  0,           REG_EV_REJECTED,  REASON_REG_BAD_REQUEST},
	{REG_OP_REGISTER,   MSG_FORBIDDEN,    0,           REG_EV_REJECTED,  REASON_REG_FORBIDDEN},
	{REG_OP_REGISTER,   MSG_NOT_FOUND,    0,           REG_EV_REJECTED,  REASON_REG_NOT_FOUND},
	{REG_OP_REGISTER,   MSG_CONFLICT,     0,           REG_EV_CONFLICT,  REASON_REG_CONFLICT},
	{REG_OP_REGISTER,   MSG_PRECONDITION, 0,           REG_EV_VERSION,   REASON_REG_PRECONDITION},
	{REG_OP_REGISTER,   MSG_CODE(5, 0),   DETAIL,      REG_EV_FAILED,    REASON_REG_SERVER_ERROR},
	{REG_OP_REGISTER,   0,                ALL,         REG_EV_REJECTED,  REASON_REG_REFUSED},

	{REG_OP_UPDATE,     MSG_CODE(2, 0),   DETAIL,      REG_EV_ACCEPTED,  REASON_NONE},
	{REG_OP_UPDATE,     MSG_CODE(5, 0),   DETAIL,      REG_EV_FAILED,    REASON_REG_SERVER_ERROR},
	{REG_OP_UPDATE,     0,                ALL,         REG_EV_FORGOTTEN, REASON_REG_LOST},

	/* whatever it says, there is nothing left to do */
	{REG_OP_DEREGISTER, 0,                ALL,         REG_EV_ACCEPTED,  REASON_NONE},
	/* clang-format on */
};

struct reaction reaction_to(enum reg_operation operation, uint8_t code)
{
	size_t i = 0;

	while (rows[i].operation != operation || (code & ~rows[i].ignore) != rows[i].code)
		i++;
	return (struct reaction){.event = rows[i].event, .reason = rows[i].reason};
}
