const compression = require("compression");
const express = require("express");
const orders = require("./routes/orders");

const app = express();
app.use(compression());
app.use(express.json());
app.use("/orders", orders);
app.use(express.static("public"));
app.get("/health", (req, res) => res.json({ ok: true, uid: process.getuid() }));

const port = process.env.PORT || 3000;
app.listen(port, () => console.log(`listening on ${port}`));
