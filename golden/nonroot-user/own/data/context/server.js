const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

fs.mkdirSync(path.join(__dirname, "uploads"), { recursive: true });
fs.appendFileSync(path.join(__dirname, "uploads", "access.log"), "started\n");
fs.mkdirSync("reports/daily", { recursive: true });
fs.writeFileSync("reports/daily/first.txt", "nothing yet\n");
http.createServer((req, res) => res.end("ok")).listen(3000);
process.on("SIGTERM", () => process.exit(0));
