docker build -t visits .
docker run -d -v C:\visits:/app/state visits
