require("express")().listen(3000);
require('fs').writeFileSync(process.argv[2], '')
