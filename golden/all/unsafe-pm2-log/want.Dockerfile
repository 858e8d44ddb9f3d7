FROM node:20.19.5-alpine3.22
RUN npm install -g pm2
WORKDIR /app
COPY . .
CMD ["pm2-runtime", "ecosystem.config.js"]
