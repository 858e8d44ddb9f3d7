# What node:20 has that node:20-slim lacks: git, Python and a compiler.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl git g++ gcc libc6-dev make openssh-client patch python3 wget xz-utils && rm -rf /var/lib/apt/lists/*
