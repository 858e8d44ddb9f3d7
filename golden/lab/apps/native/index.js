const http = require("node:http");
const bcrypt = require("bcrypt");
const adler = require("./build/Release/adler.node");

const secret = bcrypt.hashSync("secret", 4);
http
  .createServer((req, res) => res.end(`${adler(Buffer.from(req.url))} ${bcrypt.compareSync("secret", secret)}\n`))
  .listen(3000, () => console.log("summing", adler(Buffer.from("Wikipedia"))));
