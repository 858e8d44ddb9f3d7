require('child_process').execSync('git describe --tags')
