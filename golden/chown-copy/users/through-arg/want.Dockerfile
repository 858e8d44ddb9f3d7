FROM node:20-slim
ARG APP=app
RUN useradd -m "$APP"
WORKDIR /app
COPY --chown=$APP:$APP . .
USER ${APP}
CMD ["node", "server.js"]
