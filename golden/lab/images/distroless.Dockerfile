# gcr.io/distroless: programs and their libraries, users, certificates; no shell.
FROM node:20.19.5-slim AS root
WORKDIR /rootfs
RUN mkdir -p etc/ssl/certs home/nonroot root tmp var/tmp usr/lib usr/share lib/x86_64-linux-gnu lib64 dev proc sys run \
 && chmod 1777 tmp var/tmp && chmod 700 root home/nonroot && chown 65532:65532 home/nonroot \
 && cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/ \
 && cp /lib64/ld-linux-x86-64.so.2 lib64/ \
 && ldd /usr/local/bin/node | awk '/=> \//{print $3}' | xargs -I{} cp -L {} lib/x86_64-linux-gnu/
COPY <<EOF etc/passwd
root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
EOF
COPY <<EOF etc/group
root:x:0:
nobody:x:65534:
tty:x:5:
staff:x:50:
nonroot:x:65532:
EOF
COPY <<EOF usr/lib/os-release
PRETTY_NAME="Distroless"
NAME="Debian GNU/Linux"
ID="debian"
VERSION_ID="12"
VERSION="Debian GNU/Linux 12 (bookworm)"
HOME_URL="https://github.com/GoogleContainerTools/distroless"
EOF
RUN ln -s ../usr/lib/os-release etc/os-release

FROM scratch AS cc
COPY --from=root /rootfs /

FROM cc AS nodejs
COPY --from=root /usr/local/bin/node /nodejs/bin/node
