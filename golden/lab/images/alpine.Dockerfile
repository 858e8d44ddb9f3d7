# A stand-in for alpine:3.22: busybox with all its commands, which Debian's
# package lacks, on Debian's C library, so that the npm registry's node runs.
FROM buildpack-deps:bookworm AS busybox
RUN sed 's/^deb /deb-src /' /etc/apt/sources.list > /etc/apt/sources.list.d/src.list \
 && apt-get update && apt-get install -y --no-install-recommends bzip2 dpkg-dev
WORKDIR /src
RUN apt-get source busybox && mv busybox-*/ busybox
WORKDIR /src/busybox
RUN make defconfig >/dev/null \
 && sed -i -e 's/.*CONFIG_STATIC[ =].*/CONFIG_STATIC=y/' -e 's/CONFIG_TC=y/# CONFIG_TC is not set/' .config \
 && make -j"$(nproc)" >/dev/null 2>&1 && ./busybox adduser --help

FROM debian:bookworm-slim AS programs
RUN apt-get update && apt-get install -y --no-install-recommends tini libstdc++6

FROM debian:bookworm-slim AS root
WORKDIR /rootfs
RUN mkdir -p bin sbin usr/bin usr/sbin usr/local/bin usr/local/etc usr/local/share usr/lib lib64 lib/x86_64-linux-gnu lib/apk/db etc/apk root home dev proc sys run mnt opt srv media var/log var/cache var/lib tmp var/tmp \
 && chmod 1777 tmp var/tmp && chmod 700 root && ln -s /tmp run/lock
COPY --from=busybox /src/busybox/busybox bin/busybox
RUN ln -s /bin/busybox bin/sh && chroot . /bin/busybox --install -s
COPY --from=programs /lib64/ld-linux-x86-64.so.2 lib64/
COPY --from=programs /lib/x86_64-linux-gnu/libc.so.6 /lib/x86_64-linux-gnu/libm.so.6 /lib/x86_64-linux-gnu/libdl.so.2 \
  /lib/x86_64-linux-gnu/libpthread.so.0 /lib/x86_64-linux-gnu/librt.so.1 /lib/x86_64-linux-gnu/libgcc_s.so.1 \
  /lib/x86_64-linux-gnu/libresolv.so.2 /lib/x86_64-linux-gnu/libnss_dns.so.2 /lib/x86_64-linux-gnu/libnss_files.so.2 \
  /usr/lib/x86_64-linux-gnu/libstdc++.so.6 lib/x86_64-linux-gnu/
COPY --from=programs /usr/bin/tini-static usr/lib/lab/tini
RUN cp -r /etc/ssl etc/ssl && cp /usr/local/etc/npmrc usr/local/etc/
COPY <<EOF etc/passwd
root:x:0:0:root:/root:/bin/sh
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
lp:x:4:7:lp:/var/spool/lpd:/sbin/nologin
sync:x:5:0:sync:/sbin:/bin/sync
shutdown:x:6:0:shutdown:/sbin:/sbin/shutdown
halt:x:7:0:halt:/sbin:/sbin/halt
mail:x:8:12:mail:/var/mail:/sbin/nologin
news:x:9:13:news:/usr/lib/news:/sbin/nologin
uucp:x:10:14:uucp:/var/spool/uucppublic:/sbin/nologin
cron:x:16:16:cron:/var/spool/cron:/sbin/nologin
ftp:x:21:21::/var/lib/ftp:/sbin/nologin
sshd:x:22:22:sshd:/dev/null:/sbin/nologin
games:x:35:35:games:/usr/games:/sbin/nologin
ntp:x:123:123:NTP:/var/empty:/sbin/nologin
guest:x:405:100:guest:/dev/null:/sbin/nologin
nobody:x:65534:65534:nobody:/:/sbin/nologin
EOF
COPY <<EOF etc/group
root:x:0:root
bin:x:1:root,bin,daemon
daemon:x:2:root,bin,daemon
sys:x:3:root,bin
adm:x:4:root,daemon
tty:x:5:
disk:x:6:root
lp:x:7:lp
kmem:x:9:
wheel:x:10:root
floppy:x:11:root
mail:x:12:mail
news:x:13:news
uucp:x:14:uucp
cron:x:16:cron
audio:x:18:
cdrom:x:19:
dialout:x:20:root
ftp:x:21:
sshd:x:22:
input:x:23:
tape:x:26:root
video:x:27:root
netdev:x:28:
kvm:x:34:kvm
games:x:35:
shadow:x:42:
www-data:x:82:
users:x:100:games
ntp:x:123:
abuild:x:300:
utmp:x:406:
ping:x:999:
nogroup:x:65533:
nobody:x:65534:
EOF
COPY --chmod=640 <<EOF etc/shadow
root:*::0:::::
nobody:!::0:::::
EOF
COPY <<EOF etc/shells
/bin/sh
/bin/ash
EOF
COPY <<EOF etc/os-release
NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.22.1
PRETTY_NAME="Alpine Linux v3.22"
EOF
RUN echo 3.22.1 > etc/alpine-release && echo 'This is a stand-in for Alpine, made of busybox and Debian’s C library by dockmend’s lab.' > etc/motd \
 && printf '#!/bin/sh\nexec /bin/busybox ldconfig "$@" 2>/dev/null || true\n' > sbin/ldconfig && chmod 755 sbin/ldconfig
COPY --chmod=755 <<'EOF' sbin/apk
#!/bin/sh
# A stand-in for Alpine's apk: it has tini, and writes down all else that it is
# asked for, so that a build which installs something goes on.
[ "$(id -u)" = 0 ] || { echo "ERROR: Unable to lock database: Permission denied" >&2; exit 99; }
command=
for arg; do
  case "$arg" in
    -t|--virtual) skip=1 ;;
    -*) ;;
    *)
      if [ -n "$skip" ]; then skip=
      elif [ -z "$command" ]; then command=$arg
      elif [ "$command" = add ]; then
        echo "(stand-in) Installing $arg"
        echo "$arg" >> /etc/apk/world
        case "$arg" in tini|tini=*|tini~*) cp /usr/lib/lab/tini /sbin/tini ;; esac
      fi ;;
  esac
done
case "$command" in
  add|del|update|upgrade|fix|info|cache) ;;
  *) echo "apk: '$command' is not an apk command" >&2; exit 1 ;;
esac
EOF

FROM scratch
COPY --from=root /rootfs /
