FROM node:22
FROM node:20.19.5
