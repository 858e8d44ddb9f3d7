FROM node:20-slim
WORKDIR /app
COPY api/ .
RUN npm ci
CMD ["node", "right.js"]
