FROM gcr.io/distroless/nodejs20-debian12
USER nonroot
WORKDIR /app
COPY server.js .
CMD ["server.js"]
