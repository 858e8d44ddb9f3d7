const fs = require('fs'), path = require('path');
require('http').createServer((req, res) => {
  fs.writeFileSync(path.join(process.argv[2], 'last'), req.url);
  res.end('saved\n');
}).listen(3000);
