require('./worker');
const fs = require('node:fs');
require('node:http').createServer((req, res) => res.end(fs.readFileSync('index.html'))).listen(3000);
