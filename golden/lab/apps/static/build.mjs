import { build } from "esbuild";
import { cp } from "node:fs/promises";

await build({ entryPoints: ["src/main.js"], bundle: true, minify: true, outfile: "dist/main.js" });
await cp("public", "dist", { recursive: true });
