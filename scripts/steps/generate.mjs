import { existsSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, stampMatches, writeStamp } from "./fingerprint.mjs";
import { say } from "./log.mjs";
import { must, root } from "./run.mjs";

const zones = ["relay", "keys"];

/** Generates the two database clients from their schemas. No schema engine is needed or fetched for that. */
export async function ensureGenerated() {
  const stamp = fingerprint(["prisma/relay/schema.prisma", "prisma/keys/schema.prisma", "package-lock.json"]);
  const present = zones.every((zone) => existsSync(join(root, "prisma", zone, "client")));
  if (present && stampMatches("generated.stamp", stamp)) return;
  say("Generating database clients");
  for (const zone of zones) {
    const command = join(root, "node_modules", "prisma", "build", "index.js");
    await must(
      "prisma generate",
      process.execPath,
      [command, "generate", "--schema", `prisma/${zone}/schema.prisma`],
      {
        env: {
          PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true",
          CHECKPOINT_DISABLE: "1",
          PRISMA_HIDE_UPDATE_MESSAGE: "1",
        },
      },
    );
  }
  writeStamp("generated.stamp", stamp);
}
