FROM scratch
WORKDIR /data
COPY server /server
COPY --chown=65532:65532 seed.json store.js /data/
USER 65532:65532
ENTRYPOINT ["/server"]
