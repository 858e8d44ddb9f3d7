docker compose exec shop kill -USR2 1
