const fs = require('fs');
const http = require('http');

http.createServer((req, res) => res.end(fs.readFileSync('/etc/lunch/menu.json'))).listen(3000);
