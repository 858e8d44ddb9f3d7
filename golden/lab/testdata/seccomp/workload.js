'use strict';
// Uses the APIs of Node.js that make system calls of their own, and prints a line for each
// one that fails.
const { Worker, isMainThread, parentPort } = require('worker_threads');
const cluster = require('cluster');
const child = require('child_process');
const crypto = require('crypto');
const dgram = require('dgram');
const dns = require('dns');
const fs = require('fs');
const http = require('http');
const net = require('net');
const os = require('os');
const path = require('path');
const zlib = require('zlib');
const { once } = require('events');
const { promisify } = require('util');

if (!isMainThread) {
  parentPort.postMessage('here');
} else if (cluster.isWorker) {
  http.createServer((request, response) => response.end()).listen(8080, '127.0.0.1');
} else if (process.argv[2] === 'forked') {
  process.send('here');
  process.disconnect();
} else {
  main();
}

async function get(address) {
  const [response] = await once(http.get(address), 'response');
  response.resume();
  await once(response, 'end');
}

async function serves(server, address, connect) {
  server.listen(address);
  await once(server, 'listening');
  await connect(server.address());
  server.close();
}

async function main() {
  const dir = fs.mkdtempSync('/tmp/workload-');
  const at = (name) => path.join(dir, name);
  const { uid, gid } = os.userInfo();
  setInterval(() => {}, 1000); // a listener for a signal does not keep the process alive
  const apis = {
    async files() {
      fs.writeFileSync(at('a'), 'text');
      fs.copyFileSync(at('a'), at('b'));
      fs.renameSync(at('b'), at('c'));
      fs.linkSync(at('a'), at('hard'));
      fs.symlinkSync('a', at('soft'));
      fs.chmodSync(at('a'), 0o600);
      fs.chownSync(at('a'), uid, gid);
      fs.lchownSync(at('soft'), uid, gid);
      fs.utimesSync(at('a'), 1, 2);
      fs.truncateSync(at('a'), 2);
      fs.realpathSync.native(at('soft'));
      fs.cpSync(dir, fs.mkdtempSync('/tmp/copy-'), { recursive: true });
      const f = await fs.promises.open(at('a'), 'r+');
      await f.write('x', 1);
      await f.writev([Buffer.from('y'), Buffer.from('z')]);
      await f.sync();
      await f.datasync();
      await f.close();
      fs.rmSync(at('hard'));
      fs.readdirSync(dir);
    },
    async watch() {
      const watcher = fs.watch(dir);
      const change = once(watcher, 'change');
      fs.writeFileSync(at('watched'), '');
      await change;
      watcher.close();
    },
    http: () => serves(http.createServer((q, r) => r.end()), { host: '127.0.0.1', port: 0 }, ({ port }) => get(`http://127.0.0.1:${port}/`)),
    unix: () => serves(net.createServer((c) => c.end()), at('socket'), (name) => once(net.connect(name).resume(), 'close')),
    async udp() {
      const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
      await once(socket, 'listening');
      socket.send('x', socket.address().port, '127.0.0.1');
      await once(socket, 'message');
      socket.close();
    },
    lookup: () => dns.promises.lookup('localhost'),
    crypto: () => promisify(crypto.scrypt)(crypto.randomBytes(16), 'salt', 16),
    zlib: () => promisify(zlib.gzip)('text'),
    async worker() {
      const worker = new Worker(__filename);
      await once(worker, 'message');
      await worker.terminate();
    },
    exec: () => promisify(child.exec)('true | cat'),
    async fork() {
      const forked = child.fork(__filename, ['forked']);
      await once(forked, 'message');
      await once(forked, 'exit');
    },
    async cluster() {
      const worker = cluster.fork();
      await once(worker, 'listening');
      await get('http://127.0.0.1:8080/');
      worker.kill();
      await once(worker, 'exit');
    },
    async signal() {
      const received = once(process, 'SIGUSR2');
      process.kill(process.pid, 'SIGUSR2');
      await received;
    },
    async ids() {
      process.getgroups();
      process.setgid(process.getgid());
      process.setuid(process.getuid());
      os.setPriority(os.getPriority());
    },
    async machine() {
      os.networkInterfaces();
      process.resourceUsage();
      process.report.getReport();
    },
  };
  for (const [name, use] of Object.entries(apis)) {
    try {
      await use();
    } catch (error) {
      console.log(`${name}: ${error}`);
    }
  }
  console.log('done');
  process.exit();
}
