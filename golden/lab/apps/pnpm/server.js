const http = require("node:http");
const stringify = require("fast-json-stringify")({ type: "object", properties: { hits: { type: "integer" } } });
const router = require("find-my-way")();

router.on("GET", "/search", (req, res) => res.end(stringify({ hits: 0 })));
http.createServer((req, res) => router.lookup(req, res)).listen(3000, () => console.log("searching on 3000"));
