FROM alpine:3.20 AS build
COPY server /server

FROM scratch
COPY --from=build /server /server
USER 65532:65532
ENTRYPOINT ["/server"]
