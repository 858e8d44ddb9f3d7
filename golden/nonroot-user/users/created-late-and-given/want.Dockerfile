FROM node:20-slim
WORKDIR /app
COPY . .
RUN npm ci --omit=dev
RUN groupadd -r svc && useradd -r -g svc svc && chown -R svc:svc /app
USER svc
EXPOSE 3000
CMD ["node", "server.js"]
