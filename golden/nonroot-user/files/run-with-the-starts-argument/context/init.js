require('fs').mkdirSync(process.argv[2]);
