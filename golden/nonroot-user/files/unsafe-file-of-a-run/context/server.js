const fs = require('fs');
const http = require('http');
const path = require('path');

http.createServer((request, response) => {
  fs.writeFileSync(path.join(__dirname, 'state.json'), '{}');
  response.end();
}).listen(3000);
