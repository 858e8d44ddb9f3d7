require("fs").mkdirSync("../data", { recursive: true });
