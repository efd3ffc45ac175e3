/* Parts with a network that fails: an address behind which nobody is any more, a name server that is late. */
#include "tests/faults/act.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NAME_SERVER_PORT = 53, MESSAGE_BYTES = 512 };

static bool interface_change(unsigned long what, const char *name, const char *address, short flags)
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (address != NULL) {
        struct sockaddr_in *place = (struct sockaddr_in *)(void *)&request.ifr_addr;
        place->sin_family = AF_INET;
        place->sin_addr.s_addr = inet_addr(address);
    } else {
        request.ifr_flags = flags;
    }
    int asked = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool changed = asked >= 0 && ioctl(asked, what, &request) == 0;
    close(asked);
    return changed;
}

int hole_make(void)
{
    struct ifreq request = {.ifr_name = "hole", .ifr_flags = IFF_TUN | IFF_NO_PI};
    int tunnel = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (tunnel >= 0 && ioctl(tunnel, TUNSETIFF, &request) == 0 &&
        interface_change(SIOCSIFADDR, "hole", "10.9.0.1", 0) &&
        interface_change(SIOCSIFNETMASK, "hole", "255.255.255.0", 0) &&
        interface_change(SIOCSIFFLAGS, "hole", NULL, IFF_UP | IFF_RUNNING) &&
        interface_change(SIOCSIFADDR, "lo:1", HOLE_ADDRESS, 0))
        return tunnel;
    if (tunnel >= 0)
        close(tunnel);
    return -1;
}

/* The address is this host's until the fault; then it lies behind a tunnel at whose other end nobody is. */
void act_hole(struct member *self)
{
    for (; !fault_is_on(self); moment(20))
        continue;
    interface_change(SIOCSIFFLAGS, "lo:1", NULL, 0);
    stand_still();
}

int name_server_make(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(NAME_SERVER_PORT)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server = socket(AF_INET, SOCK_DGRAM, 0);
    return server >= 0 && bind(server, (struct sockaddr *)&address, sizeof address) == 0 ? server : -1;
}

/* Every name is known, and has the address 127.0.0.1. */
void act_name_server(struct member *self)
{
    static const unsigned char record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1};
    for (;; work_done(self)) {
        unsigned char message[MESSAGE_BYTES];
        struct sockaddr_in asker;
        socklen_t length = sizeof asker;
        ssize_t got = recvfrom(self->descriptors[0], message, sizeof message - sizeof record, 0,
                               (struct sockaddr *)&asker, &length);
        if (got < NS_HFIXEDSZ)
            continue;
        if (is_culprit_now(self))
            moment(self->amount);
        message[2] |= 0x80; /* an answer */
        message[7] = 1;     /* with one record */
        memset(message + 8, 0, 4);
        memcpy(message + got, record, sizeof record);
        sendto(self->descriptors[0], message, (size_t)got + sizeof record, 0, (struct sockaddr *)&asker, length);
    }
}

/* Asks as every program does: by the C library, which waits for 5 s and asks again. */
void act_looker(struct member *self)
{
    struct __res_state state = {0};
    if (res_ninit(&state) != 0)
        _exit(1);
    state.nscount = 1;
    state.nsaddr_list[0].sin_family = AF_INET;
    state.nsaddr_list[0].sin_port = htons(NAME_SERVER_PORT);
    state.nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    state.options &= ~(unsigned long)(RES_USE_EDNS0 | RES_SNGLKUP);
    for (;; moment(60 + (long)draw(&self->random, 60))) {
        unsigned char answer[MESSAGE_BYTES];
        if (res_nquery(&state, "service.example", ns_c_in, ns_t_a, answer, sizeof answer) > 0)
            work_done(self);
    }
}
