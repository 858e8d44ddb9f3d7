docker build --network none -t shop .
