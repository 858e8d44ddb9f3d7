if (process.pid === 1) console.log('no init');
