const fs = require('fs');
require('http').createServer((req, res) => {
  save(req.headers['x-folder'], req.url);
  res.end();
}).listen(3000);

function save(folder, text) {
  fs.mkdirSync(folder, { recursive: true });
  fs.appendFileSync(folder + '/visits', text);
}
