FROM node:20.19.5 AS deps
FROM node:20.19.5
RUN --mount=type=cache,target=/root/.npm,from=deps,source=/root/.npm \
    --mount=type=bind,source=/etc/nginx,from=nginx:1.27.5-bookworm,target=/nginx,ro \
    # the packages of both
    --mount=from=node:20.19.5-bookworm-slim,target=/slim --network=none \
    cp -r /nginx /etc/nginx
RUN --mount=type=cache,from=node:20.19.5-bookworm-slim,target=/cache <<EOF
echo --mount=from=node:20
FROM node:20
EOF
