FROM node:20-slim
WORKDIR /app
COPY --chown=node:node . .
RUN chown node:node /app
USER node
CMD ["node", "--require", "/opt/agent/start.js", "server.js", "--config", "/etc/letters.conf", "--key=/run/secrets/signer.pem", "--base", "/v2/letters", "--log-file", "/tmp/letters.log", "--error-log", "logs/error.log"]
