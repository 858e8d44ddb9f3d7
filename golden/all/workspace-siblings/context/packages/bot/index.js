require('http').createServer((req, res) => res.end(require('shared'))).listen(3000)
