/* Names that are the same on every host of Debian's family, and so tell nothing about anybody: its programs, its
 * directories and usual files, systemd's own units. In the order of strcmp. */
#include "sample/wellknown.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char *const names[] = {
    "(sd-pam)", "(systemd)", "-.mount", "-.slice", ".", "..", ".X11-unix", ".cache", ".config", ".git", ".local",
    ".npm", ".ssh", "NetworkManager", "PG_VERSION", "X0", "Xorg", "Xwayland", "aarch64-linux-gnu", "access.log",
    "accounts-daemon", "acpid", "agetty", "alternatives", "amazon-ssm-agent", "anaconda", "apache2", "app",
    "app.slice", "apparmor.d", "appendonly.aof", "apt", "apt-check", "apt-daily", "apt-daily-upgrade", "apt-get",
    "aptitude", "ar", "archives", "artifacts", "as", "atd", "atop", "auditd", "auth.log", "autoconf", "automake",
    "avahi-daemon", "awk", "background", "background.slice", "backup", "backups", "base", "base64", "basename",
    "bash", "basic", "bc", "beam.smp", "besteffort", "bin", "bind", "blkid", "bluetoothd", "boot", "btmp", "btop",
    "buildkit", "bunzip2", "burstable", "bus", "busybox", "by-id", "by-label", "by-partuuid", "by-path", "by-uuid",
    "bzip2", "c++", "cache", "caddy", "cargo", "cassandra", "cat", "cc", "cc1", "cc1plus", "certs", "cgroup", "char",
    "chmod", "chown", "chrony", "chronyd", "clamd", "clang", "clang++", "class", "cloud-config", "cloud-init",
    "cmake", "collect2", "colord", "conf", "conf.d", "config", "conmon", "console-getty", "console-setup",
    "container", "container-getty", "containerd", "containerd-shim", "containerd-shim-runc-v2", "containerd.sock",
    "containers", "coredns", "cp", "cpp", "cpu", "cpuacct", "cpuset", "crio", "cron", "crond", "crond.pid", "crun",
    "cryptsetup", "csh", "culprit", "cupsd", "curl", "cut", "daemon.log", "dash", "data", "date", "db", "dbus",
    "dbus-broker", "dbus-daemon", "dbus-launch", "dbus-org", "dconf", "dd", "debug", "default", "deluser", "dev",
    "dev-log", "devices", "df", "dhclient", "dhcpcd", "diff", "dig", "dirmngr", "disk", "dist-packages", "dists",
    "dmesg", "dnsmasq", "doc", "docker", "docker-proxy", "docker.sock", "dockerd", "dovecot", "dpkg",
    "dpkg-db-backup", "dpkg-deb", "dpkg-query", "dpkg.log", "drivers", "du", "dumb-init", "dump.rdb", "e2scrub_all",
    "e2scrub_reap", "echo", "egrep", "elasticsearch", "emacs", "empty", "env", "erl", "erl_child_setup", "error.log",
    "etc", "etcd", "event", "events", "exim4", "expr", "fail2ban-server", "falco", "false", "fd", "fdinfo", "fdisk",
    "fgrep", "file", "find", "firewalld", "firmware", "fish", "flock", "fonts", "fs", "fsck", "fstab", "fstrim",
    "full", "fwupd", "fwupdmgr", "g++", "games", "gawk", "gcc", "gdb", "gdm3", "getty", "gfortran", "git",
    "git-remote-https", "gitlab-runner", "global", "gnome", "gnome-shell", "go", "google-guest-agent", "gpg",
    "gpg-agent", "grafana-server", "graphical", "grep", "groff", "group", "group_concurrency", "gunicorn", "gunzip",
    "gvfs", "gzip", "haproxy", "hash", "head", "hexdump", "home", "hostname", "hosts", "html", "htop", "httpd",
    "hugepages", "i386-linux-gnu", "ib_logfile0", "ib_logfile1", "ibdata1", "ibus", "id", "ifconfig", "ifupdown",
    "image", "images", "include", "influxd", "info", "init", "init.scope", "initctl", "input", "io", "iostat",
    "iotop", "ip", "iperf3", "irqbalance", "iscsid", "java", "jbd2", "jenkins", "jobs", "journal", "journal.sock",
    "journalctl", "jq", "kdump", "kern.log", "kernel", "keyboard-setup", "keys", "kibana", "kill", "killall", "kmsg",
    "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet", "kubepods",
    "kubepods-besteffort.slice", "kubepods-burstable.slice", "kubepods.slice", "kvm", "kworker", "lastlog", "ld",
    "ld.bfd", "ld.so.cache", "ld.so.conf", "ldconfig", "less", "lib", "lib32", "lib64", "libexec", "libpod", "libx32",
    "lightdm", "lighttpd", "lists", "live", "ln", "local", "locale", "locale-archive", "localedef", "localtime",
    "lock", "log", "logger", "login", "logrotate", "logs", "loop-control", "lost+found", "ls", "lsblk", "lsof",
    "lto-wrapper", "lto1", "lua", "lvm", "lvmetad", "lxc", "lxcfs", "lz4", "m4", "machine", "machine-id",
    "machine.slice", "mail", "mailq", "main", "make", "man", "man-db", "mandb", "mapper", "maps", "mariadb",
    "mariadbd", "master", "md5sum", "media", "mem", "members", "memcached", "memcached.pid", "memory", "merged",
    "messages", "mime.types", "mkdir", "mkfs", "mktemp", "mnt", "module", "modules", "mongo", "mongod", "monit",
    "more", "mount", "mpstat", "mqueue", "mtab", "multi-user", "multipathd", "multixact", "munin-node", "mutt", "mv",
    "mysql", "mysqld", "mysqld.sock", "mysqld_safe", "nano", "nc", "ncat", "net", "netdata", "netstat",
    "networkd-dispatcher", "networking", "nfs-server", "nft", "nginx", "nginx.conf", "nginx.pid", "nice", "ninja",
    "nm-dispatcher", "nmbd", "node", "node_exporter", "nodejs", "nohup", "notify", "npm", "ns", "nscd", "nslcd",
    "nss", "nsswitch.conf", "ntp", "ntpd", "ntpsec", "null", "objdump", "offsets", "open-vm-tools", "opensmtpd",
    "openssl", "openvpn", "opt", "os-release", "overlay", "overlay2", "package", "packagekitd", "packages", "pager",
    "partials", "parts", "passwd", "patch", "pause", "perl", "pg_commit_ts", "pg_control", "pg_ctlcluster", "pg_dump",
    "pg_filenode.map", "pg_hba.conf", "pg_ident.conf", "pg_internal.init", "pg_logical", "pg_multixact", "pg_notify",
    "pg_replslot", "pg_serial", "pg_snapshots", "pg_stat", "pg_stat_tmp", "pg_subtrans", "pg_tblspc", "pg_twophase",
    "pg_wal", "pg_xact", "pgbouncer", "php", "php-cgi", "php-fpm", "pickup", "pidof", "pids", "ping", "pip", "pip3",
    "pkexec", "pki", "plugins", "podman", "policy", "polkit", "polkitd", "pool", "postfix", "postgres", "postgresql",
    "postgresql.conf", "postmaster", "postmaster.pid", "power", "private", "private.sock", "proc", "profile.d",
    "prometheus", "prometheus-node-exporter", "protocols", "ps", "psql", "ptmx", "pts", "public", "puma", "puppet",
    "pure-ftpd", "python", "qemu-guest-agent", "qemu-system-x86_64", "qmgr", "queue", "rabbitmq-server", "random",
    "ranlib", "rc.d", "readlink", "redis", "redis-benchmark", "redis-cli", "redis-sentinel", "redis-server",
    "redis.conf", "redis.sock", "resolv.conf", "rm", "rngd", "root", "rpc-statd", "rpc.idmapd", "rpc.mountd",
    "rpc.statd", "rpcbind", "rspamd", "rsync", "rsyslog", "rsyslogd", "rtkit-daemon", "ruby", "run", "runc",
    "runc:[2:INIT]", "runsv", "runsvdir", "rustc", "s6-supervise", "s6-svscan", "salt-minion", "sar", "sbin",
    "sbuild", "scp", "screen", "scripts", "sd-pam", "security", "sed", "self", "seq", "serial-getty", "services",
    "session", "session.slice", "sessions", "sftp-server", "sh", "sha256sum", "shadow", "share", "shells", "shm",
    "shutdown", "site-packages", "skel", "slab", "slapd", "sleep", "slice", "smartd", "smbd", "snap", "snapd",
    "snapshots", "snmpd", "socat", "socket", "sockets", "sort", "spamd", "spool", "sqlite3", "squid", "src", "srv",
    "ss", "ssh", "ssh-agent", "ssh-keygen", "sshd", "sshd.pid", "ssl", "sssd", "stat", "status", "stderr", "stdin",
    "stdlog.txt", "stdout", "stdout.sock", "store", "strace", "strings", "strip", "stunnel4", "su", "subsys", "sudo",
    "supervisord", "svlogd", "swap", "swapoff", "swapon", "sync", "sys", "sysctl", "sysinit", "syslog", "system",
    "system-getty", "system-modprobe", "system-postgresql", "system-serial", "system-systemd", "system.slice",
    "system_bus_socket", "system_bus_socket.sock", "systemctl", "systemd", "systemd-analyze", "systemd-cgroups-agent",
    "systemd-executor", "systemd-fsck", "systemd-homed", "systemd-hostnamed", "systemd-journal", "systemd-journald",
    "systemd-localed", "systemd-logind", "systemd-machined", "systemd-network", "systemd-networkd", "systemd-oomd",
    "systemd-private", "systemd-resolve", "systemd-resolved", "systemd-shutdown", "systemd-sysctl",
    "systemd-timedated", "systemd-timesyn", "systemd-timesyncd", "systemd-tmpfiles", "systemd-udevd",
    "systemd-user-sessions", "systemd-userdbd", "systemd-userwork", "tables", "tail", "tar", "task", "tasks", "tcp",
    "tee", "telegraf", "telnet", "temp", "terminfo", "test", "timeout", "timer", "timers", "tini", "tlsmgr", "tmp",
    "tmux", "tmux:client", "tmux:server", "tomcat", "tomcat10", "tomcat9", "top", "touch", "tr", "true", "tsc", "tty",
    "tty0", "tty1", "ttyS0", "tuned", "twistd", "ucf", "udev", "udevadm", "udisksd", "udp", "umount", "uname",
    "unattended-upgr", "unattended-upgrades", "uniq", "unit", "units", "unix", "unxz", "unzip", "updatedb", "upowerd",
    "upstart", "uptime", "urandom", "user", "user-runtime-dir", "user-sessions", "user.slice", "useradd", "users",
    "usr", "utmp", "uuid", "uvicorn", "uwsgi", "var", "varnishd", "vcs", "vendor", "version", "vhost-net", "vi",
    "vim", "virtlogd", "virtqemud", "vm", "vmstat", "vmtoolsd", "volumes", "w", "walinuxagent", "watch", "wc", "web",
    "wget", "whoami", "winbindd", "work", "wpa_supplicant", "wtmp", "www", "x86_64-linux-gnu", "xargs", "xattr",
    "xfs", "xtables.lock", "xz", "yarn", "yes", "zabbix_agentd", "zcat", "zero", "zfs", "zoneinfo", "zpool", "zsh",
    "zstd",
};

static const char *const extensions[] = {
    "MYD", "MYI", "a", "aof", "automount", "bak", "bin", "bz2", "c", "cache", "cc", "cfg", "class", "conf", "core",
    "cpp", "crt", "css", "csv", "culprit", "dat", "data", "db", "device", "err", "frm", "go", "gz", "h", "html",
    "ibd", "idx", "img", "index", "ini", "iso", "jar", "java", "journal", "js", "json", "key", "ko", "ldb", "list",
    "lock", "log", "md", "mo", "mount", "new", "o", "old", "out", "pack", "path", "pem", "pid", "pl", "py", "pyc",
    "qcow2", "raw", "rb", "rdb", "rrd", "scope", "service", "sh", "shm", "slice", "so", "sock", "socket", "sql",
    "sqlite", "sqlite3", "sst", "state", "swap", "swp", "tar", "target", "timer", "tmp", "toml", "ttf", "txt", "wal",
    "xml", "xz", "yaml", "yml", "zip", "zst",
};
/* clang-format on */

struct span {
    const char *text;
    size_t length;
};

static int span_compare(const void *key, const void *item)
{
    const struct span *span = key;
    const char *name = *(const char *const *)item;
    int order = strncmp(span->text, name, span->length);
    return order != 0 ? order : name[span->length] == '\0' ? 0 : -1;
}

bool name_is_well_known(const char *text, size_t length)
{
    struct span span = {text, length};
    return length > 0 && bsearch(&span, names, sizeof names / sizeof names[0], sizeof names[0], span_compare) != NULL;
}

bool extension_is_well_known(const char *text, size_t length)
{
    struct span span = {text, length};
    return length > 0 && bsearch(&span, extensions, sizeof extensions / sizeof extensions[0], sizeof extensions[0],
                                 span_compare) != NULL;
}

const char *well_known_name(size_t number)
{
    return number < sizeof names / sizeof names[0] ? names[number] : NULL;
}

const char *well_known_extension(size_t number)
{
    return number < sizeof extensions / sizeof extensions[0] ? extensions[number] : NULL;
}
