FROM node:20.19.5-bookworm AS base
LABEL maintainer="shop@example.com"

RUN mkdir -p /usr/src/app
WORKDIR /usr/src/app
COPY . /usr/src/app

FROM base AS deps
RUN npm ci --omit=dev

FROM base
COPY --from=deps /usr/src/app/node_modules ./node_modules
ENV PORT=8080
EXPOSE 8080

CMD npm start
