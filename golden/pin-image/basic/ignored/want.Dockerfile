FROM node:20.19.5-bookworm AS a
# dockmend ignore=pin-image follows the newest
FROM node:20 AS b
