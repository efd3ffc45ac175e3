# The workloads of the healthy corpus, read by record-corpus. Each is a pair of functions: needs_NAME succeeds when what
# it uses is installed, workload_NAME starts the service and its load (run, run_as, every: see record-corpus). Load comes
# in bursts with pauses, as it does; nothing here may wait for something broken.

WORKLOADS="nginx apache haproxy lighttpd php redis memcached postgresql mariadb sqlite mosquitto beanstalkd dns python
compile backup git shells cron logwriters pipeline workers idle shop office workshop"

# What every host has, and waits that last for as long as one looks without anything being wrong: a shell whose child
# runs on, a reader of a quiet pipe, a server that nobody calls, a client that hears no news.
workload_everywhere() {
    run sleep 100000
    run sh -c 'sleep 100000; :'
    run bash -c 'sleep 100000; sleep 1'
    run sh -c 'tail -f /etc/hosts | grep --line-buffered needle'
    run sh -c '{ sleep 100000; echo late; } | cat'
    run python3 -c "
import os, socket
server = socket.socket()
server.bind(('127.0.0.1', 9000))
server.listen()
if os.fork() == 0:
    socket.create_connection(('127.0.0.1', 9000)).recv(1)
client = server.accept()[0]
if os.fork() == 0:
    client.recv(1)
server.accept()"
    run python3 -c "
import threading
threading.Thread(target=threading.Event().wait).start()
threading.Lock().acquire()"
}

# Bursts of requests against a web server: `web_load PORT CONNECTIONS REQUESTS PAUSE`.
web_load() {
    await_port "$1"
    every "$4" ab -q -k -r -c "$2" -n "$3" "http://127.0.0.1:$1/index.html"
    every 0.7 curl -s "http://127.0.0.1:$1/index.html"
}

# A small site: pages of several sizes.
site() {
    mkdir -p /tmp/site
    for page in index a b c d e; do
        head -c 20000 /dev/urandom | base64 >/tmp/site/$page.html
    done
    chmod -R a+rX /tmp/site
}

needs_nginx() { present nginx ab curl python3; } # nginx-light apache2-utils
workload_nginx() {
    site
    cat >/tmp/nginx.conf <<'CONF'
user www-data; worker_processes 4; pid /run/nginx.pid; error_log /var/log/error.log;
events { worker_connections 512; }
http { access_log /var/log/access.log; server { listen 127.0.0.1:80; root /tmp/site; } }
CONF
    # nginx's compiled-in log and body directories, whatever the configuration says.
    mkdir -p /var/log/nginx /var/lib/nginx
    run nginx -c /tmp/nginx.conf -g 'daemon off;'
    web_load 80 20 3000 0.4
    run tail -f /var/log/access.log
}

needs_apache() { present apache2 ab curl python3; } # apache2
workload_apache() {
    site
    modules=/usr/lib/apache2/modules
    cat >/tmp/apache.conf <<CONF
ServerRoot /tmp
ServerName corpus
PidFile /run/apache.pid
Listen 127.0.0.1:80
LoadModule mpm_prefork_module $modules/mod_mpm_prefork.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule mime_module $modules/mod_mime.so
TypesConfig /etc/mime.types
StartServers 60
MinSpareServers 40
MaxSpareServers 100
User www-data
Group www-data
ErrorLog /var/log/error.log
DocumentRoot /tmp/site
<Directory /tmp/site>
Require all granted
</Directory>
CONF
    run apache2 -f /tmp/apache.conf -D FOREGROUND
    web_load 80 30 1500 0.8
}

needs_haproxy() { present haproxy ab curl python3; } # haproxy
workload_haproxy() {
    site
    for port in 8001 8002 8003; do
        run python3 -m http.server -d /tmp/site -b 127.0.0.1 $port
        await_port $port
    done
    cat >/tmp/haproxy.conf <<'CONF'
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend web
    bind 127.0.0.1:80
    default_backend pythons
backend pythons
    server one 127.0.0.1:8001
    server two 127.0.0.1:8002
    server three 127.0.0.1:8003
CONF
    run haproxy -f /tmp/haproxy.conf -db
    web_load 80 6 30 2
}

needs_lighttpd() { present lighttpd ab curl python3; } # lighttpd
workload_lighttpd() {
    site
    printf 'server.port = 80\nserver.bind = "127.0.0.1"\nserver.document-root = "/tmp/site"\n' >/tmp/light.conf
    run lighttpd -D -f /tmp/light.conf
    web_load 80 8 400 1.5
}

needs_php() { present php-fpm8.2 nginx ab curl python3; } # php-fpm nginx-light
workload_php() {
    site
    echo '<?php for ($i = 0, $s = ""; $i < 2000; $i++) $s = md5($s . $i); usleep(3000); echo $s;' >/tmp/site/index.html
    cat >/tmp/fpm.conf <<'CONF'
[global]
error_log = /var/log/fpm.log
[www]
user = www-data
group = www-data
listen = /run/fpm.sock
listen.owner = www-data
pm = static
pm.max_children = 24
security.limit_extensions = .html
CONF
    cat >/tmp/nginx.conf <<'CONF'
user www-data; worker_processes 2; pid /run/nginx.pid; error_log /var/log/error.log;
events { worker_connections 512; }
http { access_log /var/log/access.log; server { listen 127.0.0.1:80; root /tmp/site; location / {
    fastcgi_pass unix:/run/fpm.sock; fastcgi_param SCRIPT_FILENAME /tmp/site$uri;
    fastcgi_param REQUEST_METHOD $request_method; } } }
CONF
    run php-fpm8.2 -F -y /tmp/fpm.conf
    sleep 1
    # nginx's compiled-in log and body directories, whatever the configuration says.
    mkdir -p /var/log/nginx /var/lib/nginx
    run nginx -c /tmp/nginx.conf -g 'daemon off;'
    web_load 80 6 40 2
}

needs_redis() { present redis-server redis-benchmark redis-cli python3; } # redis-server
workload_redis() {
    room_for redis
    run_as redis redis-server --bind 127.0.0.1 --dir /tmp/redis --save 5 100 --appendonly yes
    await_port 6379
    every 0.5 redis-benchmark -q -c 25 -n 20000 -t set,get,lpush
    every 0.3 redis-cli incr visits
    run redis-cli monitor
    run redis-cli subscribe news
    every 1 redis-cli publish news hello
}

needs_memcached() { present memcached python3; } # memcached
workload_memcached() {
    run memcached -u memcache -l 127.0.0.1 -m 64
    await_port 11211
    for client in 1 2 3 4; do
        run python3 -c "
import random, socket, time
s = socket.create_connection(('127.0.0.1', 11211))
while True:
    for i in range(random.randrange(400)):
        k = random.randrange(1000)
        s.sendall(b'set k%d 0 0 10\r\n0123456789\r\n' % k)
        s.recv(100)
        s.sendall(b'get k%d\r\n' % k)
        s.recv(200)
    time.sleep(random.random() / 2)"
    done
}

needs_postgresql() { present_postgresql && present python3; } # postgresql
present_postgresql() {
    set -- /usr/lib/postgresql/*/bin
    [ -x "$1/pgbench" ] || { echo "record-corpus: left out postgresql: not installed" >&2; return 1; }
}
workload_postgresql() {
    set -- /usr/lib/postgresql/*/bin
    PATH=$1:$PATH
    room_for postgres
    as_postgres="setpriv --reuid=postgres --regid=$(id -g postgres) --clear-groups"
    $as_postgres initdb -D /tmp/postgres/data >/dev/null
    run_as postgres postgres -D /tmp/postgres/data -k /tmp/postgres -h 127.0.0.1
    await_port 5432
    $as_postgres createdb -h /tmp/postgres bench
    $as_postgres pgbench -q -i -s 2 -h /tmp/postgres bench >/dev/null 2>&1
    run_as postgres pgbench -h /tmp/postgres -c 12 -j 2 -R 150 -T 100000 bench
    run_as postgres pgbench -h 127.0.0.1 -S -c 6 -R 200 -T 100000 bench
    every 3 "$as_postgres psql -h /tmp/postgres bench -c 'select count(*) from pgbench_accounts'"
}

needs_mariadb() { present mariadbd mariadb mariadb-install-db python3; } # mariadb-server
workload_mariadb() {
    room_for mysql
    mariadb-install-db --no-defaults --user=mysql --datadir=/tmp/mysql/data --auth-root-authentication-method=normal \
        >/dev/null 2>&1
    run mariadbd --no-defaults --user=mysql --datadir=/tmp/mysql/data --socket=/tmp/mysql/socket --bind-address=127.0.0.1
    await_port 3306
    client="mariadb --no-defaults -S /tmp/mysql/socket"
    $client -e 'create database shop; create table shop.orders (id int auto_increment primary key, item varchar(40))'
    for shop in 1 2 3; do
        every 0.1 "$client shop -e \"insert into orders (item) values ('tea'), ('milk'); select count(*) from orders\""
    done
    run $client -e 'select sleep(100000)'
}

needs_sqlite() { present sqlite3; } # sqlite3
workload_sqlite() {
    sqlite3 /tmp/shop.db 'create table orders (id integer primary key, item text)'
    for shop in 1 2 3 4; do
        every 0.05 "sqlite3 -cmd '.timeout 5000' /tmp/shop.db \"insert into orders (item) values ('tea')\""
    done
    every 0.4 "sqlite3 -cmd '.timeout 5000' /tmp/shop.db 'select count(*) from orders'"
}

needs_mosquitto() { present mosquitto mosquitto_sub mosquitto_pub python3; } # mosquitto mosquitto-clients
workload_mosquitto() {
    printf 'listener 1883 127.0.0.1\nallow_anonymous true\n' >/tmp/mosquitto.conf
    run mosquitto -c /tmp/mosquitto.conf
    await_port 1883
    for sensor in 1 2 3 4 5 6 7 8; do
        run mosquitto_sub -t "room/$sensor/#"
        every 0.3 mosquitto_pub -t "room/$sensor/heat" -m 21
    done
}

needs_beanstalkd() { present beanstalkd python3; } # beanstalkd
workload_beanstalkd() {
    run beanstalkd -l 127.0.0.1
    await_port 11300
    for worker in 1 2 3; do
        run python3 -c "
import socket
s = socket.create_connection(('127.0.0.1', 11300)).makefile('rwb', 0)
while True:
    s.write(b'reserve\r\n')
    job = s.readline().split()
    s.readline()
    s.write(b'delete %s\r\n' % job[1])
    s.readline()"
    done
    run python3 -c "
import random, socket, time
s = socket.create_connection(('127.0.0.1', 11300)).makefile('rwb', 0)
while True:
    for i in range(random.randrange(60)):
        s.write(b'put 0 0 60 3\r\njob\r\n')
        s.readline()
    time.sleep(random.random())"
}

needs_dns() { present dnsmasq python3; } # dnsmasq-base
workload_dns() {
    printf '10.0.0.%s host%s.corpus\n' 1 1 2 2 3 3 4 4 5 5 >/tmp/hosts
    run dnsmasq -k -u root -h -H /tmp/hosts -R --listen-address=127.0.0.1 --bind-interfaces -C /dev/null
    sleep 1
    for client in 1 2 3; do
        run python3 -c "
import random, socket, struct, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(2)
while True:
    for i in range(random.randrange(200)):
        name = b'\5host%d\6corpus\0' % random.randrange(1, 6)
        s.sendto(struct.pack('>6H', i, 256, 1, 0, 0, 0) + name + b'\0\1\0\1', ('127.0.0.1', 53))
        s.recv(512)
    time.sleep(random.random())"
    done
}

needs_python() { present python3 curl ab; } # python3
workload_python() {
    site
    run python3 -m http.server -d /tmp/site -b 127.0.0.1 8000
    web_load 8000 4 30 1
    run python3 -c "
import multiprocessing, time
def square(n):
    time.sleep(0.01)
    return sum(i * i for i in range(n * 50))
with multiprocessing.Pool(6) as pool:
    while True:
        pool.map(square, range(100))
        time.sleep(1)"
}

needs_compile() { present gcc make; } # gcc make
workload_compile() {
    mkdir /tmp/src
    for unit in 1 2 3 4 5 6 7 8 9 10 11 12; do
        {
            echo '#include <stdio.h>'
            for number in $(seq 400); do
                echo "int f${unit}_$number(int a) { for (int i = 0; i < a; i++) a ^= i * $number; return a; }"
            done
        } >/tmp/src/unit$unit.c
    done
    printf 'all: $(patsubst %%.c,%%.o,$(wildcard *.c))\n%%.o: %%.c\n\tgcc -O2 -c $< -o $@\n' >/tmp/src/Makefile
    run sh -c 'cd /tmp/src; while :; do make -s -j2; rm -f *.o; sleep 2; done'
}

needs_backup() { present rsync tar gzip; } # rsync
workload_backup() {
    mkdir -p /tmp/data /tmp/copy
    for number in $(seq 300); do
        head -c 30000 /dev/urandom >"/tmp/data/$number"
    done
    every 2 rsync -a --delete --checksum /tmp/data/ /tmp/copy/
    every 3 'tar -cf - /tmp/data | gzip -6 >/tmp/backup.tar.gz'
    every 0.2 'head -c 30000 /dev/urandom >/tmp/data/7'
}

needs_git() { present git; } # git
workload_git() {
    git init -q /tmp/repository
    git -C /tmp/repository config user.email corpus@example.com
    git -C /tmp/repository config user.name corpus
    every 0.3 'cd /tmp/repository; date >>log; head -c 2000 /dev/urandom | base64 >file; git add -A; git commit -qm change'
    every 2 'git -C /tmp/repository log --stat | tail -5'
    every 4 'git -C /tmp/repository gc -q --force'
    every 5 'rm -rf /tmp/clone; git clone -q /tmp/repository /tmp/clone'
}

needs_shells() { present python3; }
workload_shells() {
    run sh -c 'while :; do seq 20000 | sort -r | uniq | wc -l; sleep 1; done'
    every 1.5 'find /usr/share/doc | xargs -n 500 ls -d | md5sum'
    every 2 'grep -r needle /usr/include | head -3'
    # Sessions: a terminal, a shell in it, and nobody who types.
    for session in 1 2 3 4 5 6; do
        run python3 -c "import pty; pty.spawn(['sh', '-c', 'sleep 100000; :'])"
    done
    : >/tmp/app.log
    every 0.5 'date >>/tmp/app.log'
    run sh -c 'tail -f /tmp/app.log | grep --line-buffered 7'
}

needs_cron() { present cron flock python3; } # cron
workload_cron() {
    mkdir -p /var/spool/cron/crontabs
    run cron -f
    # What a crontab would start, in step with the recording: short jobs under a lock, one at a time.
    for job in 1 2 3 4 5; do
        every 0.3 "flock /tmp/job.lock sh -c 'seq 2000 | md5sum >>/var/log/job.log; sleep 0.02'"
    done
    every 2 "flock /tmp/rotate.lock sh -c 'tail -100 /var/log/job.log >/var/log/job.new; mv /var/log/job.new /var/log/job.log'"
    # A daemon that holds its own lock by design, and nobody wants it.
    run flock /run/daemon.lock sleep 100000
}

needs_logwriters() { present flock python3; }
workload_logwriters() {
    for service in 1 2 3 4 5 6; do
        run python3 -c "
import fcntl, random, time
log = open('/var/log/app.log', 'a')
while True:
    fcntl.flock(log, fcntl.LOCK_EX)
    log.write('$service did something at %f\n' % time.time())
    log.flush()
    time.sleep(random.random() / 300)
    fcntl.flock(log, fcntl.LOCK_UN)
    time.sleep(random.random() / 10)"
    done
    every 5 "python3 -c \"
import fcntl
log = open('/var/log/app.log', 'r+')
fcntl.flock(log, fcntl.LOCK_EX)
log.truncate(0)\""
}

needs_pipeline() { present python3 gzip; }
workload_pipeline() {
    for line in 1 2 3 4 5; do
        run sh -c "while :; do seq 500; sleep 0.$line; done | sed s/1/x/ | awk '{ print length }' | gzip -1 >/dev/null"
    done
    run sh -c 'while :; do head -c 3000000 /dev/zero; sleep 1; done | gzip -9 | cat >/dev/null'
    run python3 -c "
import subprocess, time
child = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
while True:
    for i in range(50):
        child.stdin.write(b'question\n')
        child.stdin.flush()
        child.stdout.readline()
    time.sleep(0.5)"
}

needs_workers() { present python3; }
workload_workers() {
    run python3 -c "
import os, random, socket, time
workers = []
for number in range(180):
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        for other in workers + [ours]:
            other.close()
        data = bytearray(random.randrange(20) << 20)
        while theirs.recv(100):
            sum(range(random.randrange(20000)))
            theirs.send(b'done')
        os._exit(0)
    theirs.close()
    workers.append(ours)
while True:
    for worker in random.sample(workers, 20):
        worker.send(b'work')
        worker.recv(100)
    time.sleep(0.2)"
    every 1 'ls -R /etc | wc -l'
}

# Several services on one host, as most are.
needs_shop() { needs_nginx && needs_redis && needs_postgresql && needs_cron; }
workload_shop() {
    workload_nginx
    workload_redis
    workload_postgresql
    workload_cron
}

needs_office() { needs_apache && needs_mariadb && needs_backup && needs_mosquitto; }
workload_office() {
    workload_apache
    workload_mariadb
    workload_backup
    workload_mosquitto
}

needs_workshop() { needs_compile && needs_git && needs_shells && needs_logwriters && needs_sqlite; }
workload_workshop() {
    workload_compile
    workload_git
    workload_shells
    workload_logwriters
    workload_sqlite
}

needs_idle() { present python3; }
workload_idle() {
    for daemon in 1 2 3 4 5 6 7 8; do
        run sleep 100000
    done
    run python3 -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 22)); s.listen(); s.accept()"
    run tail -f /etc/hostname
    every 5 true
}
