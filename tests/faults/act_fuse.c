/* A file system in user space with one file, "data", and those who read it. Its daemon stops answering. */
#include "tests/faults/act.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_NODE = FUSE_ROOT_ID, FILE_NODE = 2, FILE_BYTES = 4096, REQUEST_BYTES = 1 << 17 };

int fuse_mount(const char *folder)
{
    char options[96];
    int channel = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", channel);
    if (channel >= 0 && mkdir(folder, 0755) == 0 && mount("stage", folder, "fuse", MS_NOSUID | MS_NODEV, options) == 0)
        return channel;
    if (channel >= 0)
        close(channel);
    return -1;
}

static void reply(int channel, uint64_t request, int error, const void *body, size_t length)
{
    char message[sizeof(struct fuse_out_header) + FILE_BYTES];
    struct fuse_out_header header = {.len = (uint32_t)(sizeof header + length), .error = -error, .unique = request};
    memcpy(message, &header, sizeof header);
    if (length > 0)
        memcpy(message + sizeof header, body, length);
    if (write(channel, message, sizeof header + length) < 0)
        return;
}

static struct fuse_attr attributes_of(uint64_t node)
{
    return (struct fuse_attr){
        .ino = node,
        .size = node == FILE_NODE ? FILE_BYTES : 0,
        .mode = node == FILE_NODE ? S_IFREG | 0644 : S_IFDIR | 0755,
        .nlink = 1,
        .blksize = FILE_BYTES,
    };
}

static void lookup_answer(int channel, const struct fuse_in_header *request)
{
    const struct fuse_entry_out entry = {.nodeid = FILE_NODE, .attr = attributes_of(FILE_NODE)};
    bool known = strcmp((const char *)(request + 1), "data") == 0;
    reply(channel, request->unique, known ? 0 : ENOENT, &entry, known ? sizeof entry : 0);
}

static void request_answer(int channel, const struct fuse_in_header *request)
{
    static const char block[FILE_BYTES];
    const struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = FILE_BYTES};
    const struct fuse_open_out opened = {.open_flags = FOPEN_DIRECT_IO};
    const struct fuse_attr_out attributes = {.attr = attributes_of(request->nodeid)};
    const struct fuse_statfs_out space = {
        .st = {.blocks = 1000, .bfree = 500, .bavail = 500, .bsize = FILE_BYTES, .namelen = 255}};
    const struct fuse_read_in *read_in = (const void *)(request + 1);
    switch (request->opcode) {
    case FUSE_INIT:
        reply(channel, request->unique, 0, &init, sizeof init);
        break;
    case FUSE_LOOKUP:
        lookup_answer(channel, request);
        break;
    case FUSE_GETATTR:
        reply(channel, request->unique, 0, &attributes, sizeof attributes);
        break;
    case FUSE_OPEN:
    case FUSE_OPENDIR:
        reply(channel, request->unique, 0, &opened, sizeof opened);
        break;
    case FUSE_READ:
        reply(channel, request->unique, 0, block, read_in->offset == 0 ? FILE_BYTES : 0);
        break;
    case FUSE_STATFS:
        reply(channel, request->unique, 0, &space, sizeof space);
        break;
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
        reply(channel, request->unique, 0, NULL, 0);
        break;
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        break;
    default:
        reply(channel, request->unique, ENOSYS, NULL, 0);
    }
}

void act_fuse_daemon(struct member *self)
{
    static _Alignas(8) char request[REQUEST_BYTES];
    for (;;) {
        ssize_t got = read(self->descriptors[0], request, sizeof request);
        if (is_culprit_now(self))
            stand_still();
        if (got >= (ssize_t)sizeof(struct fuse_in_header))
            request_answer(self->descriptors[0], (const struct fuse_in_header *)(const void *)request);
        else if (errno == ENODEV)
            _exit(0);
    }
}

void act_file_reader(struct member *self)
{
    char block[FILE_BYTES];
    int descriptor = -1;
    for (;; moment(40 + (long)draw(&self->random, 40))) {
        if (descriptor < 0)
            descriptor = open(self->path, O_RDONLY | O_CLOEXEC);
        if (descriptor >= 0 && pread(descriptor, block, sizeof block, 0) > 0)
            work_done(self);
    }
}
