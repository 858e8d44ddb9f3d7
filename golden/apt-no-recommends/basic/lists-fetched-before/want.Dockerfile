FROM node:20-slim
RUN apt-get update
RUN apt-get install -y --no-install-recommends vim
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
