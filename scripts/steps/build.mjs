import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fingerprint, stampMatches, writeStamp } from "./fingerprint.mjs";
import { say } from "./log.mjs";
import { must, root } from "./run.mjs";

/** Programs of the server side, each bundled to one file of .build; packages stay in node_modules. */
const entries = {
  start: "start.ts",
  server: "server.ts",
  qkdn: "qkdn.ts",
  kme: "kme.ts",
  agents: "agents.ts",
  "link-worker": "lib/keys/links/link-worker.ts",
  "lan-certificate": "lib/keys/cli/lan-certificate.ts",
  "keys-cli": "lib/keys/cli/keys-cli.ts",
  "gateway-cli": "lib/gateway/cli/gateway-cli.ts",
  "quantum-cli": "lib/keys/cli/quantum/quantum-cli.ts",
  "add-user": "lib/relay/cli/add-user.ts",
};

const sources = [
  "app",
  "lib",
  "prisma",
  "start.ts",
  "server.ts",
  "qkdn.ts",
  "kme.ts",
  "agents.ts",
  "proxy.ts",
  "next.config.js",
  "postcss.config.mjs",
  "package-lock.json",
  "tsconfig.json",
  "scripts/steps/build.mjs",
];

async function bundle() {
  const esbuild = await import("esbuild");
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: Object.entries(entries).map(([out, file]) => ({ in: file, out })),
    outdir: ".build",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    sourcemap: true,
    logLevel: "warning",
  });
}

/** Two commands started together build once: the second waits for the first. */
async function withBuildLock(work) {
  const lock = join(root, ".build", "lock");
  mkdirSync(join(root, ".build"), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch {
      const holder = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
      if (!isAlive(holder)) rmSync(lock, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Builds the pages and the server programs when a source changed since the last build. */
export async function ensureBuilt() {
  await withBuildLock(async () => {
    await ensureDatabaseTemplate();
    const stamp = fingerprint(sources);
    if (existsSync(join(root, ".next", "BUILD_ID")) && stampMatches("built.stamp", stamp)) return;
    say("Building (once, about a minute)");
    await bundle();
    await must(
      "next build",
      process.execPath,
      [join(root, "node_modules", "next", "dist", "bin", "next"), "build"],
      {
        env: { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
      },
    );
    writeStamp("built.stamp", stamp);
  });
}

/** An empty database of PGlite's version, copied wherever a new one is wanted: making one takes 5 s and 800 MB. */
async function ensureDatabaseTemplate() {
  const folder = join(root, ".build", "database-template");
  const library = join(root, "node_modules", "@electric-sql", "pglite");
  const stamp = JSON.parse(readFileSync(join(library, "package.json"), "utf8")).version;
  if (existsSync(join(folder, "PG_VERSION")) && stampMatches("database-template.stamp", stamp)) return;
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const program = `
    const { PGlite } = await import(process.argv[1]);
    await (await PGlite.create(process.argv[2])).close();`;
  const entry = pathToFileURL(join(library, "dist", "index.js")).href;
  await must(
    "database template",
    process.execPath,
    ["--input-type=module", "--eval", program, entry, fresh],
    {
      env: { TZ: "UTC" },
    },
  );
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  writeStamp("database-template.stamp", stamp);
}

/** Only the server programs: enough for tests and benchmarks without pages. */
export async function ensureBundled() {
  await withBuildLock(async () => {
    await ensureDatabaseTemplate();
    await bundle();
  });
}
