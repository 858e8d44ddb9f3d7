FROM node:20-slim
RUN npm install -g pm2 && useradd -r svc
WORKDIR /app
COPY . .
RUN chown svc:svc /app
ENV HOME=/tmp
USER svc
CMD ["pm2-runtime", "server.js"]
