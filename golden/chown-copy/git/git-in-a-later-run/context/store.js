require('fs').writeFileSync(process.argv[2], '')
