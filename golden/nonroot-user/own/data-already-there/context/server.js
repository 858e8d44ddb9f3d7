const fs = require("node:fs");
const users = JSON.parse(fs.readFileSync("db/users.json"));
require("node:http").createServer((req, res) => {
  users.users.push(req.url);
  fs.writeFileSync("db/users.json", JSON.stringify(users));
  res.end("ok");
}).listen(3000);
