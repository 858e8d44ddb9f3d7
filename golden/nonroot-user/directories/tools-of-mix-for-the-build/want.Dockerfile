FROM debian:bookworm-slim
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates elixir && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN mix local.hex --force
COPY . .
RUN mix deps.get && mix escript.build
RUN chown appuser:appuser /app
USER appuser
CMD ["./clock"]
