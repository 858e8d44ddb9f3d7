docker compose exec shop kill -TERM 1
docker compose kill -s INT
