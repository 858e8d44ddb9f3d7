FROM node:20-slim
RUN groupadd -r app && useradd -r -m -g app app
WORKDIR /app
COPY . .
RUN chown app:app /app
USER app
CMD ["node", "server.js"]
