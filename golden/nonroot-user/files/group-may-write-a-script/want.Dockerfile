FROM node:20-slim
WORKDIR /app
COPY . .
RUN chmod 775 start.sh
RUN chown node:node /app
USER node
CMD ["./start.sh"]
