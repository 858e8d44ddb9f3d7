ARG BASE=gcr.io/distroless/nodejs20-debian12:latest@sha256:0754151dcc0a8521a949ff01b0195980103a2c54fe7db33b6cc952377e943956
FROM ${BASE}
