/* Capabilities of the collector process. The front's part, collector_drop_privileges, is in collector.h. */
#ifndef COLLECT_PRIVILEGE_H
#define COLLECT_PRIVILEGE_H

#include "base/error.h"

#include <sys/types.h>

/* Is that capability (CAP_..., sys/capability.h) in effect? */
bool privilege_has(int capability);

/* Keeps, of what the process has, what looking at a host takes (see the table in privilege.c), and lets nothing be
 * gained later. Best effort: a process without capabilities stays one. */
void privilege_keep(void);

/* Who the front becomes in collector_drop_privileges: under sudo who called it, else the real user. */
bool privilege_owner(uid_t *uid, gid_t *gid, struct error *error);

/* Drops every capability for good and becomes that user, who is the present one or somebody whom root becomes. */
bool privilege_give_up(uid_t uid, gid_t gid, struct error *error);

#endif
