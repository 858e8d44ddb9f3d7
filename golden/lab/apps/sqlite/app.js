// Keeps its entries in guestbook.sqlite, and a log, beside itself.
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");

const file = path.join(__dirname, "guestbook.sqlite");
const log = fs.createWriteStream(path.join(__dirname, "access.log"), { flags: "a" });

require("sql.js")().then((SQL) => {
  const db = new SQL.Database(fs.existsSync(file) ? fs.readFileSync(file) : undefined);
  db.run("create table if not exists entry (at text, words text)");
  const save = () => fs.writeFileSync(file, db.export());
  save();
  http
    .createServer((req, res) => {
      log.write(`${new Date().toISOString()} ${req.method} ${req.url}\n`);
      if (req.method === "POST") {
        db.run("insert into entry values (datetime(), ?)", [req.url]);
        save();
      }
      res.end(JSON.stringify(db.exec("select * from entry")));
    })
    .listen(3000, () => console.log("the guestbook is open"));
});
