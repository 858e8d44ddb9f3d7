require('fs').writeFileSync(process.argv[2] || 'state.json', '')
