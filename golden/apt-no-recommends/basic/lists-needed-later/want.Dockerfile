FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends vim
RUN apt-get install -y --no-install-recommends nano
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
