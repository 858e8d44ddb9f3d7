FROM node:20-slim
RUN install -d /var/reports
WORKDIR /app
COPY . .
RUN mkdir -p /var/reports && chown node:node /app /var/reports
USER node
CMD ["node", "--report-directory=/var/reports", "server.js"]
