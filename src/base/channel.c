/* Whole messages over a stream socket. */
#include "base/channel.h"

#include <errno.h>
#include <sys/socket.h>

bool channel_send(int channel, const void *bytes, size_t count)
{
    for (size_t sent = 0; sent < count;) {
        ssize_t step = send(channel, (const char *)bytes + sent, count - sent, MSG_NOSIGNAL);
        if (step < 0 && errno != EINTR)
            return false;
        sent += step > 0 ? (size_t)step : 0;
    }
    return true;
}

bool channel_receive(int channel, void *bytes, size_t count)
{
    for (size_t got = 0; got < count;) {
        ssize_t step = recv(channel, (char *)bytes + got, count - got, MSG_WAITALL);
        if (step == 0 || (step < 0 && errno != EINTR))
            return false;
        got += step > 0 ? (size_t)step : 0;
    }
    return true;
}
