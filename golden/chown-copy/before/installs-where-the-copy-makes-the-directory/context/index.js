const Koa = require("koa");

const app = new Koa();
app.use((ctx) => {
  ctx.body = { sent: 0 };
});
app.listen(4000, () => console.log("the mailer is ready"));
