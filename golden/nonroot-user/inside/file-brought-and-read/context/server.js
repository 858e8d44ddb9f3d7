const fs = require('fs');
const http = require('http');

http.createServer((req, res) => res.end(fs.readFileSync('/app/menu.json'))).listen(3000);
