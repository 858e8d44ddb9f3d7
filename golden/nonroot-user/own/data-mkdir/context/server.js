const fs = require("node:fs");
const path = require("node:path");
const dir = path.join(__dirname, "uploads");

if (!fs.existsSync(dir)) fs.mkdirSync(dir);
require("node:http").createServer((req, res) => {
  fs.writeFileSync(path.join(dir, Buffer.from(req.url).toString("hex")), "seen\n");
  res.end("ok");
}).listen(3000);
