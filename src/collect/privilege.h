/* Capabilities of the collector process. The front's part, collector_drop_privileges, is in collector.h. */
#ifndef COLLECT_PRIVILEGE_H
#define COLLECT_PRIVILEGE_H

/* Keeps, of what the process has, what looking at a host takes (see the table in privilege.c), and lets nothing be
 * gained later. Best effort: a process without capabilities stays one. */
void privilege_keep(void);

#endif
