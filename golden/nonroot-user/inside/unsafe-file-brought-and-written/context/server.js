const fs = require('fs');
const http = require('http');
const path = require('path');

const file = path.join(__dirname, 'menu.json');
http.createServer((req, res) => {
  fs.writeFileSync(file, JSON.stringify({ asked: req.url }));
  res.end();
}).listen(3000);
