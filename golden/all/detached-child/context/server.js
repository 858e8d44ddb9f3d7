require('child_process').spawn('backup', { detached: true }).unref();
process.on('SIGTERM', () => process.exit(0));
