require("fs").chownSync("/app/data", 1000, 1000);
