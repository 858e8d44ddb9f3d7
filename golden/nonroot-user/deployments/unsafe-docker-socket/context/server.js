const Docker = require("./docker");
new Docker({ socketPath: "/var/run/docker.sock" });
