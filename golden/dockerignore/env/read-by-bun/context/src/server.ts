export default { port: Bun.env.PORT };
