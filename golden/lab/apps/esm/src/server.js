import { createServer } from "node:http";
import { nanoid } from "nanoid";
import { accept } from "./accept.js";

createServer((req, res) => {
  res.statusCode = accept(req) ? 202 : 405;
  res.end(nanoid());
}).listen(3000, () => console.log("waiting for hooks"));
