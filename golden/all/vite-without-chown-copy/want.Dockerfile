FROM node:20.19.5-bookworm-slim
WORKDIR /app
COPY . .
EXPOSE 5173
CMD ["vite"]
