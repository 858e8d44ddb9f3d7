process.on('SIGHUP', () => load());
require('http').createServer((req, res) => res.end('ok')).listen(3000);
