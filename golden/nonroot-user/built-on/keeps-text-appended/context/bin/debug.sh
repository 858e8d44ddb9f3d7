cd "$(dirname "$0")/.."
cp Dockerfile Dockerfile.debug
echo "RUN apt-get update && apt-get install -y strace" >> Dockerfile.debug
docker build -t shop:debug -f Dockerfile.debug .
