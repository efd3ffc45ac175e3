/* Names of users, from /etc/passwd alone: NSS may ask the network, and a sick host blocks whoever does. */
#ifndef EXPORT_USERS_H
#define EXPORT_USERS_H

#include <stdbool.h>
#include <stdint.h>

/* The name of a user of this host, or the number as text when `named` is false (a recording of another host) or nobody
 * has that number. The file is read once. Valid until the program ends; NULL: out of memory. Raw: sanitise. */
const char *users_name(uint32_t uid, bool named);

#endif
