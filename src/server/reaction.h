#pragma once
/*
 * What a response to Register, Update or De-register means to the registration: one table.
 * Layer: server. (TS core 6.2.1, TS core 6.2.2)
 */
#include "server/registration.h"

enum reg_operation { REG_OP_REGISTER, REG_OP_UPDATE, REG_OP_DEREGISTER };

struct reaction {
	enum reg_event event;
	enum reason reason; /* REASON_NONE where the operation succeeded */
};

struct reaction reaction_to(enum reg_operation operation, uint8_t code);
