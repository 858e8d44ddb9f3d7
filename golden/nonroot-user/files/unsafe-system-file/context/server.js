const fs = require("fs");
fs.mkdirSync("/var/lib/app/queue", { recursive: true });
