FROM node:20-slim
WORKDIR /app
COPY --chown=1500:1500 . .
RUN groupadd --gid 1500 app && useradd --uid 1500 --gid app -m app
USER app
CMD ["node", "server.js"]
