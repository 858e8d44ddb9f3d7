require("fs").writeFileSync("/data/last.json", "{}");
