FROM node:20-slim
RUN groupadd --gid 990 feed && useradd --uid 990 --gid feed --groups audio,video feed
WORKDIR /srv
COPY --chown=feed:feed . .
USER 990
CMD ["node", "index.js"]
