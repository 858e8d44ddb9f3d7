const { spawn } = require('child_process')
require('http').createServer((request, response) => spawn('tcpdump', ['-c', '1']).stdout.pipe(response)).listen(3000)
