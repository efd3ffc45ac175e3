/* Pseudonyms for addresses and ports. */
#include "sample/pseudonym.h"

#include "sample/siphash.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_EPHEMERAL = 32768 };

static void host_four_write(struct buffer *out, const struct anonymise_key *key, const unsigned char host[4])
{
    char text[INET_ADDRSTRLEN];
    unsigned char hashed[4];
    static const unsigned char wildcard[4] = {0};
    if (host[0] == 127 || memcmp(host, wildcard, sizeof wildcard) == 0) {
        memcpy(hashed, host, sizeof hashed);
    } else {
        uint64_t hash = siphash(key->secret, host, 4);
        memcpy(hashed, &hash, sizeof hashed);
        hashed[0] = 10;
    }
    buffer_string(out, inet_ntop(AF_INET, hashed, text, sizeof text));
}

static void host_six_write(struct buffer *out, const struct anonymise_key *key, const struct in6_addr *host)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr hashed = *host;
    if (IN6_IS_ADDR_V4MAPPED(host)) {
        buffer_string(out, "::ffff:");
        host_four_write(out, key, host->s6_addr + 12);
        return;
    }
    if (!IN6_IS_ADDR_LOOPBACK(host) && !IN6_IS_ADDR_UNSPECIFIED(host)) {
        uint64_t hash = siphash(key->secret, host, sizeof *host);
        memset(&hashed, 0, sizeof hashed);
        hashed.s6_addr[0] = 0xfd;
        memcpy(hashed.s6_addr + 8, &hash, sizeof hash);
    }
    buffer_string(out, inet_ntop(AF_INET6, &hashed, text, sizeof text));
}

static void host_write(struct buffer *out, const struct anonymise_key *key, const char *text, size_t length)
{
    char host[INET6_ADDRSTRLEN];
    unsigned char four[4];
    struct in6_addr six;
    bool fits = length < sizeof host;
    if (fits) {
        memcpy(host, text, length);
        host[length] = '\0';
    }
    if (fits && strcmp(host, "*") == 0) {
        buffer_string(out, "*");
    } else if (fits && inet_pton(AF_INET, host, four) == 1) {
        host_four_write(out, key, four);
    } else if (fits && inet_pton(AF_INET6, host, &six) == 1) {
        host_six_write(out, key, &six);
    } else { /* a link-local address with its interface: all of it is the name */
        uint64_t hash = siphash(key->secret, text, length);
        memset(&six, 0, sizeof six);
        six.s6_addr[0] = 0xfd;
        memcpy(six.s6_addr + 8, &hash, sizeof hash);
        buffer_string(out, inet_ntop(AF_INET6, &six, host, sizeof host));
    }
}

/* Exchanges 32768 to 65535 among each other; every step can be undone, so no two ports become one. */
static unsigned port_exchange(const struct anonymise_key *key, unsigned port)
{
    enum { MASK = PORT_EPHEMERAL - 1 };
    uint64_t hash = siphash(key->secret, "port", 4);
    unsigned value = port & MASK;
    for (unsigned step = 0; step < 3; step++) {
        value = (value ^ (unsigned)(hash >> (20 * step))) & MASK;
        value = value * ((unsigned)(hash >> (20 * step + 3)) | 1) & MASK;
        value ^= value >> 7;
    }
    return PORT_EPHEMERAL + value;
}

void pseudonym_address(struct buffer *out, const struct anonymise_key *key, const char *text)
{
    const char *colon = strrchr(text, ':');
    bool brackets = text[0] == '[' && colon != NULL && colon > text + 1 && colon[-1] == ']';
    size_t port_bytes = colon == NULL ? 0 : strlen(colon + 1);
    bool numbered = port_bytes > 0 && port_bytes <= 5 && strspn(colon + 1, "0123456789") == port_bytes;
    if (colon == NULL || !(numbered || strcmp(colon + 1, "*") == 0)) {
        pseudonym_hash(out, key, text, strlen(text));
        return;
    }
    if (brackets)
        buffer_append(out, "[", 1);
    host_write(out, key, text + brackets, (size_t)(colon - text) - (brackets ? 2u : 0u));
    if (brackets)
        buffer_append(out, "]", 1);
    unsigned port = (unsigned)strtoul(colon + 1, NULL, 10);
    if (!numbered)
        buffer_string(out, ":*");
    else
        buffer_printf(out, ":%u", port < PORT_EPHEMERAL || port > UINT16_MAX ? port : port_exchange(key, port));
}
