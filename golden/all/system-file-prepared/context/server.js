const fs = require("fs");
fs.appendFileSync("/var/lib/app/queue", "");
