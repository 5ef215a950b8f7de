import { ensureBuilt } from "./steps/build.mjs";
import { ensureGenerated } from "./steps/generate.mjs";
import { ensureInstalled } from "./steps/install.mjs";

await ensureInstalled();
await ensureGenerated();
await ensureBuilt();
