FROM node:20-slim
RUN groupadd --system --gid 990 feed && useradd --system --uid 990 --gid feed --home-dir /srv feed
WORKDIR /srv
COPY --chown=feed:feed . .
USER 990:990
CMD ["node", "index.js"]
