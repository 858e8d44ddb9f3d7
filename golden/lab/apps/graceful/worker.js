// Takes 300 ms to finish what it is at when it is told to stop.
const http = require("node:http");
const ms = require("ms");

const server = http.createServer((req, res) => res.end("ok")).listen(3000, () => console.log("working"));
const work = setInterval(() => {}, ms("1s"));

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    console.log(`${signal}: finishing`);
    clearInterval(work);
    server.close();
    setTimeout(() => process.exit(0), 300);
  });
}
