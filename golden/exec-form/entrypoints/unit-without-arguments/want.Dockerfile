FROM node:20-alpine
WORKDIR /app
COPY index.js ./
ENTRYPOINT ["node", "/app/index.js"]
