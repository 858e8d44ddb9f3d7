FROM node:20-slim
WORKDIR /app
COPY . .
# start the server
CMD ["./start.sh"]
