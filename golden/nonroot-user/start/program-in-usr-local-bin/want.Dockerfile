FROM node:20-slim AS build
WORKDIR /src
COPY . .
RUN npm ci && npx esbuild --bundle src/main.js --outfile=/out/server && chmod 755 /out/server

FROM node:20-slim
COPY --from=build /out/server /usr/local/bin/server
USER node
EXPOSE 3000
CMD ["server"]
