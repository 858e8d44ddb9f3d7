FROM node:20.19.5-bookworm-slim
WORKDIR /app
# dockmend ignore=chown-copy
COPY . .
EXPOSE 5173
CMD ["vite"]
