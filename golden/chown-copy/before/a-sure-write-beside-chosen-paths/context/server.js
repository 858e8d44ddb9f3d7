require('fs').writeFileSync('data/notes.json', '[]')
