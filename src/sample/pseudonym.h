/* Replacing one name, path or address by a keyed hash of it. Equal things stay equal under one key. */
#ifndef SAMPLE_PSEUDONYM_H
#define SAMPLE_PSEUDONYM_H

#include "base/buffer.h"
#include "sample/anonymise.h"

/* A name that is no path: eight letters that depend on all of it. */
void pseudonym_hash(struct buffer *out, const struct anonymise_key *key, const char *text, size_t length);

/* A process name or the name of one file: kept when well known (also with a version behind it: python3.11), else
 * hashed; extensions (.log, .so.1) stay. */
void pseudonym_name(struct buffer *out, const struct anonymise_key *key, const char *text, size_t length);

/* A path, component by component; also "@name", "/memfd:name", "anon_inode:[eventpoll]". */
void pseudonym_path(struct buffer *out, const struct anonymise_key *key, const char *text);

/* A command line: the program by the rule for paths, the arguments as one hash. */
void pseudonym_command(struct buffer *out, const struct anonymise_key *key, const char *text);

/* A systemd unit ("user@1000.service", "container:0123456789ab") and a cgroup, a path of such. */
void pseudonym_unit(struct buffer *out, const struct anonymise_key *key, const char *text, size_t length);
void pseudonym_cgroup(struct buffer *out, const struct anonymise_key *key, const char *text);

/* "10.0.0.5:443", "[::1]:80", "*:80": the host becomes one of 10.0.0.0/8 or fd00::/8; loopback and wildcard stay, so do
 * ports below 32768; the ephemeral ones are exchanged among each other, no two for the same one. */
void pseudonym_address(struct buffer *out, const struct anonymise_key *key, const char *text);

/* "6.1.0-28-amd64" -> "6.1". */
void pseudonym_release(struct buffer *out, const char *text);

/* User ids below 1000 and nobody's are the system's; the others are replaced by ones from 1000 to about 2^31. */
uint64_t pseudonym_uid(const struct anonymise_key *key, uint64_t uid);

#endif
