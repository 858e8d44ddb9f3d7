docker compose exec shop sh -c 'kill -HUP $(cat /run/logger.pid)'
