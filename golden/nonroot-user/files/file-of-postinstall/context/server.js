const fs = require("fs");
const key = fs.readFileSync(__dirname + "/session.key");
require("http").createServer((req, res) => res.end(String(key.length))).listen(3000);
