require('node:child_process').fork('./worker.js');
const fs = require('node:fs');
require('node:http').createServer((req, res) => res.end(fs.readFileSync('dist/index.html'))).listen(3000);
