FROM node:20.19.5-bookworm-slim AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .

FROM gcr.io/distroless/nodejs20-debian12:latest@sha256:0754151dcc0a8521a949ff01b0195980103a2c54fe7db33b6cc952377e943956
USER nonroot
WORKDIR /app
COPY --from=build --chown=nonroot:nonroot /app .
EXPOSE 8080
CMD ["server.js"]
