const fs = require('fs')
const visits = JSON.parse(fs.readFileSync('visits.json'))
require('http').createServer((req, res) => {
  visits[req.url] = (visits[req.url] || 0) + 1
  fs.writeFileSync('visits.json', JSON.stringify(visits))
  res.end()
}).listen(3000)
