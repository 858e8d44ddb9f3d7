docker build -t registry.corp.lan/shop .
