docker build -t example/shop .
docker build -t example/shop:debug - <<'EOF'
FROM example/shop
RUN apt-get update && apt-get install -y strace
EOF
