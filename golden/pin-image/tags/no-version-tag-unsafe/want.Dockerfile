FROM registry.example.com/node:20@sha256:ac2d9751f39c6222193606698201a65ea3481de7ae651c3b81a710cc36f7791c AS a
FROM registry.example.com/base:main@sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2 AS b
FROM gcr.io/distroless/nodejs20-debian12:latest@sha256:0754151dcc0a8521a949ff01b0195980103a2c54fe7db33b6cc952377e943956
COPY --from=a /x /x
COPY --from=b /x /x
