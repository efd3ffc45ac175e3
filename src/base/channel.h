/* Sending and receiving whole messages over a stream socket, for processes that may wait for that. */
#ifndef BASE_CHANNEL_H
#define BASE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

/* All of the bytes; false: the other end is gone (no SIGPIPE), or the socket failed. */
bool channel_send(int channel, const void *bytes, size_t count);
bool channel_receive(int channel, void *bytes, size_t count);

#endif
