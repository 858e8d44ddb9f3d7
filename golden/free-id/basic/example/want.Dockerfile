FROM node:20-slim
RUN groupadd --system --gid 1001 app && useradd --system --uid 1001 --gid app app
WORKDIR /app
COPY --chown=app:app . .
USER app
CMD ["node", "server.js"]
