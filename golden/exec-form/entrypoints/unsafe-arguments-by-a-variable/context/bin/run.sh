docker build -t example/sync .
docker run --rm example/sync $OPTIONS
