const { execFile } = require('child_process')

require('http').createServer((req, res) => {
  execFile('git', ['-C', `/repositories/${req.url.slice(1)}`, 'log'], (err, log) => res.end(err ? String(err) : log))
}).listen(3000)
