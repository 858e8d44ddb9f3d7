FROM node:20
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
