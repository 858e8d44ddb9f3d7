const fs = require('fs');
const http = require('http');

http.createServer((request, response) => {
  request.pipe(fs.createWriteStream('/app/uploads/last')).on('finish', () => response.end());
}).listen(3000);
