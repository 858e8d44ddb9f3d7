const db = require('better-sqlite3')('guestbook.sqlite');
const http = require('http');

http.createServer((req, res) => {
  db.prepare('insert into entry values (?)').run(req.url);
  res.end();
}).listen(3000);
