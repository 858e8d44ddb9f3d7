require("express")().listen(80, () => process.setuid("www-data"));
