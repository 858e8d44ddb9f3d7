const host = process.pid === 1 ? '0.0.0.0' : '127.0.0.1';
