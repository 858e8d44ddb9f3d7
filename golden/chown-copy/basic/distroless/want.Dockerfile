FROM gcr.io/distroless/nodejs20-debian12:nonroot
WORKDIR /app
COPY --chown=65532:65532 . .
CMD ["server.js"]
