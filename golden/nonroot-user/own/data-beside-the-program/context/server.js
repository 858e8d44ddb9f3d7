const fs = require("node:fs");
require("node:http").createServer((req, res) => {
  fs.writeFileSync("last.json", JSON.stringify(req.url));
  res.end("ok");
}).listen(3000);
