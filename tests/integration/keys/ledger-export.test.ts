import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runKeysCli } from "../../../lib/keys/cli/keys-cli.ts";
import type { HopFrame } from "../../../lib/keys/kme/hop.ts";
import { saeIdOf } from "../../../lib/keys/kme/kme.ts";
import { formatUuid } from "../../../lib/shared/uuid.ts";
import { newFolder, openTestWorld, removeFolder } from "../../keys/support/open-world.ts";

let folder: string;
let file: string;
let lines: string[];
let nodes: readonly string[];
let keyId: string;
let wire: (frame: HopFrame) => HopFrame = (frame) => frame;

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const printed: string[] = [];
  const print = (line: string) => void printed.push(line);
  const code = await runKeysCli(args, { dataFolder: folder, now: Date.now, print });
  return { code, text: printed.join("\n") };
}

/** A ledger with every kind of row there is: made, used, lost, relayed, void, expired, drawn, delivered, erased. */
async function liveThrough(): Promise<void> {
  let clock = Date.now();
  const first = await openTestWorld(folder, { now: () => clock, wire: (frame) => wire(frame) });
  const { endpointSites } = first.world;
  const a = endpointSites.find((site) => site.startsWith("pt"))!;
  const b = endpointSites.find((site) => site.startsWith("es"))!;
  const draw = (maxAgeMs: number) =>
    first.world
      .kme(a)
      .encKeys({ masterSae: saeIdOf(a), slaveSaes: [saeIdOf(b)], number: 1, size: 256, maxAgeMs });
  const { keys, origin } = await draw(1e6);
  keyId = formatUuid(keys[0]!.keyId);
  nodes = origin.routes[0]!;
  await first.world.kme(b).decKeys(saeIdOf(b), saeIdOf(a), [keys[0]!.keyId]);
  const use = { masterSite: a, suite: 1, level: 1, conversation: "hmac", bytes: 32, at: clock };
  await first.world.noteUse({ ...use, keyId: keys[0]!.keyId });
  let frames = 0;
  wire = (frame) => (++frames === 2 ? { ...frame, tag: frame.tag.map((byte) => byte ^ 1) } : frame);
  await draw(1e6).catch(() => undefined);
  wire = (frame) => frame;
  await draw(1000);
  clock += 3_600_000;
  await first.world.keepHouse({ idleMs: 0 });
  await first.world.close();
  const second = await openTestWorld(folder, { now: () => clock });
  await second.world.ledger.recordGenerated([
    { link: "x~y", site: a, at: clock, kind: "use", bytes: { authentication: 8 }, detail: { offset: 0 } },
  ]);
  await second.world.keepHouse();
  await second.world.close();
}

beforeAll(async () => {
  folder = await newFolder();
  file = join(folder, "ledger.jsonl");
  await liveThrough();
  expect(await run("export", file)).toMatchObject({ code: 0 });
  lines = readFileSync(file, "utf8").trimEnd().split("\n");
});
afterAll(() => removeFolder(folder));

async function verify(changed: readonly string[]): Promise<{ code: number; text: string }> {
  const path = join(folder, "changed.jsonl");
  writeFileSync(path, `${changed.join("\n")}\n`);
  return run("verify", "--file", path);
}

describe("an exported ledger", () => {
  it("verifies by itself, names who holds its heads, and has the keys that the network shows", async () => {
    const alone = await run("verify", "--file", file);
    expect(alone).toMatchObject({ code: 0, text: expect.stringContaining("witnessed") });
    expect(alone.text).toContain("heads held by");
    const stored = await run("verify");
    const fingerprint = /sites' keys: ([0-9a-f]{64})/;
    expect(fingerprint.exec(alone.text)![1]).toBe(fingerprint.exec(stored.text)![1]);
  });

  it("does not verify when a row of any kind was changed, in any of its members", async () => {
    const kinds = new Map<string, number>();
    for (const [i, line] of lines.entries()) if (i > 0) kinds.set(JSON.parse(line).kind, i);
    expect([...kinds.keys()].sort()).toEqual(
      [
        "block",
        "delivered",
        "draw",
        "erased",
        "expired",
        "head",
        "lost",
        "relay",
        "use",
        "void",
        "void-copy",
      ].sort(),
    );
    for (const [kind, at] of kinds) {
      const row = JSON.parse(lines[at]!);
      const [name] = Object.keys(row.detail);
      const changes: object[] = [
        { at: row.at + 1 },
        { kind: `${kind}x` },
        { detail: { ...row.detail, more: 1 } },
        { detail: { ...row.detail, [name!]: "other" } },
        { hash: `${row.hash[0] === "0" ? "1" : "0"}${row.hash.slice(1)}` },
        { index: row.index + 1 },
      ];
      for (const change of changes) {
        const changed = lines.with(at, JSON.stringify({ ...row, ...change }));
        expect(await verify(changed), `${kind} ${JSON.stringify(change)}`).toMatchObject({ code: 1 });
      }
      expect((await verify(lines.toSpliced(at, 1))).code, `${kind} removed`).toBe(1);
    }
  });

  it("does not verify when a chain was cut short, left out, or signed by somebody else", async () => {
    const site = JSON.parse(lines[1]!).site as string;
    const last = lines.findLastIndex((line, i) => i > 0 && JSON.parse(line).site === site);
    expect(await verify(lines.toSpliced(last, 1))).toMatchObject({ code: 1 });
    const header = JSON.parse(lines[0]!);
    const without = { ...header, heads: header.heads.filter((head: { site: string }) => head.site !== site) };
    const rest = lines.slice(1).filter((line) => JSON.parse(line).site !== site);
    expect((await verify([JSON.stringify(without), ...rest])).text).toContain(site);
    const keys = { ...header.keys, [site]: "ab".repeat(32) };
    expect(await verify([JSON.stringify({ ...header, keys }), ...lines.slice(1)])).toMatchObject({ code: 1 });
    expect(await verify(["not a ledger"])).toMatchObject({ code: 1 });
    expect(await run("verify", "--file", join(folder, "absent"))).toMatchObject({ code: 1 });
  });

  it("of one chain alone is internally consistent only", async () => {
    const one = join(folder, "one.jsonl");
    const site = JSON.parse(lines[1]!).site as string;
    await run("export", one, "--site", site);
    expect(await run("verify", "--file", one)).toMatchObject({
      code: 0,
      text: expect.stringContaining("internally consistent only"),
    });
  });

  it("is a table for a spreadsheet, too", async () => {
    const table = join(folder, "ledger.csv");
    await run("export", table, "--format", "csv");
    const rows = readFileSync(table, "utf8").trimEnd().split("\r\n");
    expect(rows[0]).toBe("site,index,at_utc,kind,detail,hash");
    expect(rows).toHaveLength(lines.length);
  });
});

it("tells what a node that turned could know, from the network or from the file", async () => {
  const node = nodes[1]!;
  for (const from of [[], ["--file", file]]) {
    const { code, text } = await run("exposure", "--node", node, ...from);
    expect(code).toBe(0);
    expect(text).toContain(keyId);
  }
  const before = await run("exposure", "--node", node, "--to", "2001-01-01T00:00:00Z", "--file", file);
  expect(before.text).toContain("0 of 0");
  expect((await run("exposure", "--node", "nobody", "--file", file)).text).toContain("can rebuild 0 of");
  expect(await run("exposure", "--node", node, "--from", "yesterday", "--file", file)).toMatchObject({
    code: 1,
  });
});
