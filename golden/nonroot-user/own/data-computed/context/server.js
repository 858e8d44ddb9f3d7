const fs = require("node:fs");
const http = require("node:http");

http.createServer((req, res) => {
  fs.writeFileSync(nameOf(req), "seen\n");
  res.end("ok");
}).listen(3000);

function nameOf(req) {
  return Buffer.from(req.url).toString("hex");
}
