FROM golang:1.24-alpine AS builder
WORKDIR /app
COPY . .
RUN go build -o backend .

FROM alpine:3.20
RUN addgroup -g 1001 -S appgroup && adduser -u 1001 -S appuser -G appgroup
WORKDIR /app
COPY --from=builder /app/backend .
COPY --chown=appuser:appgroup config.yaml .
RUN chown appuser:appgroup backend && \
    chmod +x backend
RUN chown appuser:appgroup /app
USER appuser
CMD ["./backend"]
