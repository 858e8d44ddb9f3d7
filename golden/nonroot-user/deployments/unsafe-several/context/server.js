require("fs").writeFileSync("/var/spool/web/last", "");
