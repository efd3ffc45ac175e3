/* From the text of /proc/PID/cgroup to the cgroup's path and to the systemd unit or container it stands for. */
#ifndef COLLECT_PROC_UNIT_H
#define COLLECT_PROC_UNIT_H

#include <stdbool.h>
#include <stddef.h>

/* The path in the text (borrowed): that of the v2 hierarchy, unless it is the root and systemd's v1 hierarchy,
 * another named one or that of a controller tells more. False: there is none. */
bool proc_cgroup_path(const char *text, const char **path, size_t *length);

/* The unit of a cgroup path: "container:" and the first 12 characters of its id (whole name for lxc and nspawn) when
 * any component is that of a container, else the innermost service, scope, socket, mount or swap unit. Returns its
 * length, 0 when there is none; always terminated, cut to size. */
size_t proc_unit_name(const char *path, size_t length, char *unit, size_t size);

#endif
