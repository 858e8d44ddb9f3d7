FROM node:20-slim AS build
WORKDIR /src
COPY . .
RUN npm ci && npm run build

FROM node:20-slim
WORKDIR /app
COPY --from=build /src ./
RUN chown node:node /app
USER node
EXPOSE 3000
CMD ["npm", "start"]
