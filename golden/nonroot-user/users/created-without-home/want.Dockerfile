FROM node:20-slim
RUN useradd --system app
WORKDIR /app
COPY . .
RUN chown app:app /app
ENV HOME=/tmp
USER app
CMD ["npm", "start"]
