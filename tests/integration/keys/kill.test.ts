import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { KeyNotFoundError } from "../../../lib/keys/key-errors.ts";
import { type FaultPoint, faultPoints } from "../../keys/support/fault-points.ts";
import { newFolder, openTestWorld, removeFolder } from "../../keys/support/open-world.ts";

const child = ".build/tests/keys-fault-child.mjs";

beforeAll(async () => {
  await build({
    entryPoints: ["tests/keys/support/fault-child.ts"],
    outfile: child,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "error",
  });
});

interface Told {
  readonly drawn: ReadonlyMap<string, string>;
  readonly fetched: ReadonlySet<string>;
  readonly asked: string | undefined;
}

async function runUntilKilled(folder: string, point: FaultPoint): Promise<Told> {
  const process = spawn("node", [child, folder, point], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  let complaint = "";
  process.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  process.stderr.setEncoding("utf8").on("data", (part: string) => {
    complaint += part;
  });
  const signal = await new Promise((resolve) => process.once("close", (_code, name) => resolve(name)));
  expect(signal, complaint).toBe("SIGKILL");
  const lines = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { drawn?: string; hash?: string; fetched?: string; asked?: string });
  return {
    drawn: new Map(lines.flatMap(({ drawn, hash }) => (drawn === undefined ? [] : [[drawn, hash!]]))),
    fetched: new Set(lines.flatMap(({ fetched }) => (fetched === undefined ? [] : [fetched]))),
    asked: lines.find(({ asked }) => asked !== undefined)?.asked,
  };
}

describe.each(faultPoints)("a process killed at: %s", (point) => {
  it("has lost no key it had answered, gives none twice, and every byte is accounted for", async () => {
    const folder = await newFolder();
    try {
      const told = await runUntilKilled(folder, point);
      expect(told.drawn.size).toBeGreaterThanOrEqual(22);
      const { world } = await openTestWorld(folder);
      try {
        const a = world.endpointSites.find((site) => site.startsWith("pt"))!;
        const b = world.endpointSites.find((site) => site.startsWith("es"))!;
        const slave = world.providerFor(b, "etsi014");
        for (const [id, hash] of told.drawn) {
          const answer = slave.decKeys(`sae-${a}`, [id]);
          if (told.fetched.has(id) || (id === told.asked && point.endsWith("after its commit"))) {
            await expect(answer).rejects.toBeInstanceOf(KeyNotFoundError);
          } else if (point === "under traffic" && id === [...told.drawn.keys()].at(-1)) {
            // The kill may have come between the commit of its fetch and the answer.
            await answer.catch((error: unknown) => expect(error).toBeInstanceOf(KeyNotFoundError));
          } else {
            const [one] = await answer;
            expect(createHash("sha256").update(one!.key.reveal()).digest("hex")).toBe(hash);
          }
        }
        for (const balance of world.views.balances()) {
          expect(balance).toMatchObject({ balance: 0, agree: true });
          expect(balance.ledger.lostAtRestart).toBeGreaterThan(0);
        }
        expect(await world.views.verify()).toMatchObject({ ok: true });
      } finally {
        await world.close();
      }
    } finally {
      removeFolder(folder);
    }
  });
});

describe("a machine that lost power", () => {
  it("has its waiting keys voided at the next start: the disk may not know which were collected", async () => {
    const folder = await newFolder();
    try {
      const told = await runUntilKilled(folder, "a draw before its commit");
      const lock = JSON.parse(readFileSync(join(folder, "lock"), "utf8")) as object;
      writeFileSync(join(folder, "lock"), JSON.stringify({ ...lock, bootId: "an earlier boot" }));
      const { world } = await openTestWorld(folder);
      try {
        const id = [...told.drawn.keys()][0]!;
        expect((await world.views.keyLife(id))!.state).toBe("void");
        const b = world.endpointSites.find((site) => site.startsWith("es"))!;
        const a = world.endpointSites.find((site) => site.startsWith("pt"))!;
        const answer = world.providerFor(b, "built-in").decKeys(`sae-${a}`, [id]);
        await expect(answer).rejects.toBeInstanceOf(KeyNotFoundError);
        for (const balance of world.views.balances())
          expect(balance).toMatchObject({ balance: 0, agree: true });
      } finally {
        await world.close();
      }
    } finally {
      removeFolder(folder);
    }
  });
});
