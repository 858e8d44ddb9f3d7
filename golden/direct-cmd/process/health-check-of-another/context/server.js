const server = require('http').createServer((req, res) => res.end()).listen(3000);
process.on('SIGTERM', () => server.close());
