require('fs').writeFileSync('inbox.json', '[]')
