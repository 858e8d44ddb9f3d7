const fs = require('fs');
const dir = process.env.REPORTS;
require('http').createServer((req, res) => {
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(dir + '/last.txt', req.url);
  res.end();
}).listen(3000);
