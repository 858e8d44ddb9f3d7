FROM node:latest@sha256:ba92488977d2588ff32d95736da888f581e9f280d548ea4d96ca47ae51782f7a AS a
FROM node:20-alpine@sha256:43b7db7a95f07dde1a31a643cdaaa45376f638b5b3c285d3288b10cc8d393834 AS b
FROM registry.example.com/base:main@sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2 AS c
FROM node:20.19.5
COPY --from=nginx:1.27@sha256:cd4495bb73de9b01bf009710b80ecf4be2d298db47492f4e9e7d0b04981c4614 /etc/nginx /etc/nginx
