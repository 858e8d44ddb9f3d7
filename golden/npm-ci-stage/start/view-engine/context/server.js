const app = require("express")();
app.get("/", (_, res) => res.render("index.ejs"));
app.listen(3000);
