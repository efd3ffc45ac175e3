# How the disk under a recording hangs in a test: the process that writes stands still, or, with HANG=freeze, the file
# system does: one of its own in a file, mounted at $disk in a mount namespace that the caller has made.
# disk_make FOLDER sets disk; hang PID and answer PID, with the process that writes; disk_done at the end, in any case.

disk_make() {
    disk=$1
    [ "${HANG:-}" = freeze ] || return 0
    disk=$1/disk image=$(mktemp) || exit 1
    mkdir "$disk" && truncate -s 16M "$image" && mkfs.ext4 -q "$image" && mount -o loop "$image" "$disk" 2>/dev/null && return 0
    echo "a file system of its own cannot be mounted here"
    rm -f "$image"
    disk=
    exit 77
}

# A test that is killed meanwhile leaves nothing frozen: whoever reads here sees the end of it, or a minute pass.
hang() {
    [ "${HANG:-}" = freeze ] || { kill -STOP "$1"; return; }
    exec 9> >(read -r -t 60; fsfreeze -u "$disk" 2>/dev/null)
    fsfreeze -f "$disk" 9>&-
}

answer() {
    [ "${HANG:-}" = freeze ] || { kill -CONT "$1" 2>/dev/null; return; }
    fsfreeze -u "$disk" 2>/dev/null
    exec 9>&-
}

disk_done() {
    [ "${HANG:-}" = freeze ] && [ -n "${disk:-}" ] || return 0
    answer
    umount "$disk" 2>/dev/null || umount -l "$disk"
    rm -f "$image"
}
