# dockmend in an image. git is for --since, certificates are for registries.
#
#   docker build -t dockmend .
#   docker run --rm -v "$PWD:/work" dockmend .
#   docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" dockmend --write .

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /dockmend ./cmd/dockmend

FROM alpine:3.22.2
# Whoever mounts a repository here is not this image's user, whom git would not let in.
RUN apk add --no-cache ca-certificates git \
    && git config --system --add safe.directory '*'
COPY --from=build /dockmend /usr/local/bin/dockmend
# Any user that --user names may keep answers there.
ENV XDG_CACHE_HOME=/tmp
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/dockmend"]
