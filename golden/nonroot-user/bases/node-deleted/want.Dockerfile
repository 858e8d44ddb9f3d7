FROM node:20-slim
RUN userdel -r node && groupadd --gid 1000 web && useradd --uid 1000 --gid web --create-home web
WORKDIR /home/web/app
COPY . .
RUN chown web:web /home/web/app
USER web
CMD ["node", "server.js"]
