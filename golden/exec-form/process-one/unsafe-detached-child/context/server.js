require('child_process').spawn('backup', { detached: true }).unref();
