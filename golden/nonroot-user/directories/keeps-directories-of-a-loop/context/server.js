const fs = require('fs');
require('http').createServer((req, res) => {
  fs.writeFileSync('store/last.txt', req.url);
  res.end();
}).listen(3000);
