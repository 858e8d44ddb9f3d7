FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
WORKDIR /srv/app
COPY server main.rs ./
RUN chown appuser:appuser /srv/app
USER appuser
EXPOSE 8080
CMD ["./server"]
