FROM node:20-slim
RUN usermod -l web -d /home/web -m node && groupmod -n web node
WORKDIR /srv
COPY . .
RUN chown web:web /srv
USER web
CMD ["node", "server.js"]
