FROM node:20-slim
RUN usermod -l web -d /home/web -m node && groupmod -n web node
WORKDIR /srv
COPY . .
USER web
CMD ["node", "server.js"]
