FROM scratch
WORKDIR /data
COPY server /server
COPY --chown=65532:65532 seed.json /data/
USER 65532:65532
ENTRYPOINT ["/server"]
