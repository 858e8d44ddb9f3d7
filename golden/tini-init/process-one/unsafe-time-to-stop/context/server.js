require('http').createServer((req, res) => setTimeout(() => res.end('ok'), 45000)).listen(3000);
