# BuildKit in a container, as moby/buildkit has it: that is Alpine's.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends runc && rm -rf /var/lib/apt/lists/*
ARG BUILDKITD BUILDCTL
COPY --from=programs ${BUILDKITD} /usr/bin/buildkitd
COPY --from=programs ${BUILDCTL} /usr/bin/buildctl
VOLUME /var/lib/buildkit
ENTRYPOINT ["buildkitd"]
