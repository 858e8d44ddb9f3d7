require("fs").writeFileSync("app.sqlite", "");
