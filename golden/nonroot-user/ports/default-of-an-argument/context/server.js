require('http').createServer((req, res) => res.end('x')).listen(+process.argv[2] || 80)
