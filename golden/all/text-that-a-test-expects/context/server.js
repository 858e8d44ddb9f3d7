require('http').createServer((req, res) => {
  require('fs').appendFileSync(process.env.LOG, req.url)
  res.end()
}).listen(3000)
