const fs = require("node:fs");
const log = fs.createWriteStream("/tmp/reqlog/requests.log", { flags: "a" });
require("node:http").createServer((req, res) => {
  log.write(req.url + "\n");
  res.end("ok");
}).listen(3000);
