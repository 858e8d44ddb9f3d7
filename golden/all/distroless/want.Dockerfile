FROM node:20-slim AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .

FROM gcr.io/distroless/nodejs20-debian12
USER nonroot
WORKDIR /app
COPY --from=build --chown=nonroot:nonroot /app .
EXPOSE 8080
CMD ["server.js"]
