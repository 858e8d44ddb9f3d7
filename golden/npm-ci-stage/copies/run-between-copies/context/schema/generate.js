require('fs').writeFileSync('schema/made.json', '{}')
