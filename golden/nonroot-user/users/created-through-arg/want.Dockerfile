FROM node:20-slim
ARG USERNAME=actual
ARG USER_UID=1001
ARG USER_GID=$USER_UID
RUN groupadd --gid $USER_GID $USERNAME && useradd --uid $USER_UID --gid $USER_GID -m $USERNAME \
    && mkdir /data && chown -R ${USERNAME}:${USERNAME} /data
WORKDIR /app
COPY . .
RUN chown $USERNAME:$USERNAME /app
USER $USERNAME
EXPOSE 5006
CMD ["node", "app.js"]
