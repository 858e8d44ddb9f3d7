require('http').createServer((req, res) => res.end()).listen(8080)
