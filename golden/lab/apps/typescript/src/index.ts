import fastify from "fastify";
import { pick } from "./quotes";

const app = fastify({ logger: true });
app.get("/", async () => pick());
app.get("/health", async () => ({ ok: true }));

app.listen({ host: "0.0.0.0", port: Number(process.env.PORT ?? 3000) }).catch((err) => {
  app.log.error(err);
  process.exit(1);
});
