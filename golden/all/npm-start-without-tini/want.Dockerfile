FROM node:20.19.5-bookworm-slim
WORKDIR /app
COPY --chown=node:node . .
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["npm", "start"]
