require('http').createServer((req, res) => res.end('hello')).listen('/run/web.sock');
