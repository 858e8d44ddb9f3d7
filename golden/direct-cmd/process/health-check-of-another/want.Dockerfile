FROM node:20-alpine
WORKDIR /app
COPY . .
HEALTHCHECK CMD ["pgrep", "-f", "server.js"]
CMD ["node", "server.js"]
