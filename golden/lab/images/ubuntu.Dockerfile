# A stand-in for ubuntu:24.04: Debian's files, with Ubuntu's name and its user
# ubuntu, who has the id 1000.
FROM debian:bookworm-slim AS root
RUN groupadd --gid 1000 ubuntu && useradd --uid 1000 --gid 1000 --groups adm,sudo,dip,plugdev,cdrom,floppy,audio,video --comment Ubuntu --create-home --shell /bin/bash ubuntu \
 && chmod 750 /home/ubuntu
COPY <<EOF /usr/lib/os-release
PRETTY_NAME="Ubuntu 24.04.3 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
VERSION="24.04.3 LTS (Noble Numbat)"
VERSION_CODENAME=noble
ID=ubuntu
ID_LIKE=debian
UBUNTU_CODENAME=noble
EOF
RUN echo 'This is a stand-in for Ubuntu, made of Debian packages by dockmend’s lab.' > /etc/motd

FROM scratch
COPY --from=root / /
