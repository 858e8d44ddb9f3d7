process.on('SIGTERM', () => process.exit());
setInterval(() => { if (process.ppid <= 1) process.exit(); }, 1000);
