const config = require("config");
require("http").createServer().listen(config.get("port"));
