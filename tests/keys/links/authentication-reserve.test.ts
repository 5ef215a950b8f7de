import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AuthenticationReserve, segmentBytes } from "../../../lib/keys/links/authentication-reserve.ts";
import { openFileReserve } from "../../../lib/keys/links/file-reserve.ts";
import { installationKey } from "../../../lib/keys/links/installation-key.ts";
import { type AuthenticationDraw, LinkAuthentication } from "../../../lib/keys/links/link-authentication.ts";
import { createMemoryReserve } from "../../../lib/keys/links/memory-reserve.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";

const link = "aa~bb";
const wrapping = new Uint8Array(32).fill(7);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "reserve-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const reserveAt = (site: string, key = wrapping) =>
  openFileReserve(join(folder, `${site}.reserve`), site, key);

function twins(bytes: number): AuthenticationDraw {
  const a = SecretBytes.random(bytes);
  return { a, b: SecretBytes.copyOf(a.reveal()) };
}

async function openLink(a: AuthenticationReserve, b: AuthenticationReserve): Promise<LinkAuthentication> {
  return LinkAuthentication.open(link, a, b, () => twins(4 * segmentBytes));
}

async function reopen(): Promise<LinkAuthentication> {
  return openLink(await reserveAt("aa"), await reserveAt("bb"));
}

async function drawHex(authentication: LinkAuthentication, bytes: number): Promise<string> {
  const draw = (await authentication.draw(bytes))!;
  expect(toHex(draw.a.reveal())).toBe(toHex(draw.b.reveal()));
  return toHex(draw.a.reveal());
}

describe("authentication key of a link", () => {
  it("is the same at both ends, in order, and each byte comes once", async () => {
    for (const authentication of [
      await reopen(),
      await openLink(createMemoryReserve("aa"), createMemoryReserve("bb")),
    ]) {
      expect(authentication.remaining).toBe(4 * segmentBytes);
      const seen = new Set<string>();
      for (let count = 0; count < 16; count++) seen.add(await drawHex(authentication, 1000));
      expect(seen.size).toBe(16);
      expect(authentication.remaining).toBe(4 * segmentBytes - 16_000);
      expect(await authentication.draw(1000)).toBeUndefined();
    }
  });

  it("is not used again after the process was killed: burned segments are skipped whole", async () => {
    const first = await reopen();
    const used = await drawHex(first, 100);
    // No close: what the process held in memory is gone, as after a kill.
    const second = await reopen();
    expect(second.remaining).toBe(3 * segmentBytes);
    const rest = await drawHex(second, 3 * segmentBytes);
    expect(rest).not.toContain(used);
  });

  it("is burned on disk before it is handed out", async () => {
    const a = await reserveAt("aa");
    const first = await openLink(a, await reserveAt("bb"));
    const before = (await stat(join(folder, "aa.reserve"))).size;
    await first.draw(1);
    expect((await stat(join(folder, "aa.reserve"))).size).toBeGreaterThan(before);
    expect((await reserveAt("aa")).positions(link)).toEqual({
      burnedUntil: segmentBytes,
      segments: [4096, 8192, 12288],
    });
  });

  it("is topped up from generated key and goes on at both ends", async () => {
    const first = await reopen();
    await first.draw(4 * segmentBytes);
    const more = twins(2 * segmentBytes);
    const expected = toHex(more.a.reveal());
    await first.topUp(more.a, more.b);
    expect(more.a.destroyed && more.b.destroyed).toBe(true);
    const second = await reopen();
    expect(await drawHex(second, 2 * segmentBytes)).toBe(expected);
  });

  it("comes back into step when one end fell behind", async () => {
    const a = await reserveAt("aa");
    const b = await reserveAt("bb");
    await openLink(a, b);
    await (await a.open(link, 0)).destroy();
    await b.add(link, 4 * segmentBytes, SecretBytes.random(segmentBytes).reveal());
    const again = await reopen();
    expect(again.remaining).toBe(3 * segmentBytes);
    await drawHex(again, 3 * segmentBytes);
    const more = twins(segmentBytes);
    const expected = toHex(more.a.reveal());
    await again.topUp(more.a, more.b);
    expect(await drawHex(again, segmentBytes)).toBe(expected);
  });

  it("is installed anew, at later positions, when one end's file was damaged", async () => {
    await reopen();
    const path = join(folder, "aa.reserve");
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
    const again = await reopen();
    expect(again.remaining).toBe(4 * segmentBytes);
    expect((await reserveAt("bb")).positions(link).segments[0]).toBe(4 * segmentBytes);
    expect(await readdir(folder)).toContain("aa.reserve.damaged");
    await drawHex(again, 4 * segmentBytes);
  });
});

describe("a reserve file", () => {
  it("cuts off a record that a crash left unfinished", async () => {
    const a = await reserveAt("aa");
    await a.add(link, 0, new Uint8Array(segmentBytes).fill(1));
    await a.add(link, segmentBytes, new Uint8Array(segmentBytes).fill(2));
    const path = join(folder, "aa.reserve");
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 10));
    const again = await reserveAt("aa");
    expect(again.positions(link).segments).toEqual([0]);
    await again.add(link, segmentBytes, new Uint8Array(segmentBytes).fill(3));
    const third = await reserveAt("aa");
    expect((await third.open(link, segmentBytes)).reveal()[0]).toBe(3);
  });

  it("shows no key to who has not the installation's key, and starts empty under another", async () => {
    const a = await reserveAt("aa");
    await a.add(link, 0, new Uint8Array(segmentBytes).fill(0xa7));
    const bytes = await readFile(join(folder, "aa.reserve"));
    expect(bytes.includes(Buffer.alloc(16, 0xa7))).toBe(false);
    const other = await reserveAt("aa", new Uint8Array(32).fill(8));
    expect(other.positions(link).segments).toEqual([]);
  });

  it("stays small: burned key is rewritten away, marks and good key stay", async () => {
    const a = await reserveAt("aa");
    const key = new Uint8Array(segmentBytes);
    await a.add("other~link", 0, key.fill(9));
    for (let count = 0; count < 100; count++) {
      await a.add(link, count * segmentBytes, key.fill(count));
      (await a.open(link, count * segmentBytes)).destroy();
    }
    await a.close();
    expect((await stat(join(folder, "aa.reserve"))).size).toBeLessThan(300_000);
    const again = await reserveAt("aa");
    expect(again.positions(link)).toEqual({ burnedUntil: 100 * segmentBytes, segments: [] });
    expect((await again.open("other~link", 0)).reveal()[5]).toBe(9);
  });

  it("serves many links at once with few flushes and loses none", async () => {
    const a = await reserveAt("aa");
    const names = Array.from({ length: 50 }, (_, index) => `aa~site-${index}`);
    await Promise.all(names.map((name, index) => a.add(name, 0, new Uint8Array(segmentBytes).fill(index))));
    const keys = await Promise.all(names.map((name) => a.open(name, 0)));
    expect(keys.map((key) => key.reveal()[0])).toEqual(names.map((_, index) => index));
  });
});

describe("the installation's key", () => {
  it("is made once and found again; two starters at the same moment agree", async () => {
    const path = join(folder, "keys", "installation.key");
    const [one, two] = await Promise.all([installationKey(path), installationKey(path)]);
    expect(one.reveal()).toEqual(two.reveal());
    expect((await installationKey(path)).reveal()).toEqual(one.reveal());
    expect((await stat(path)).mode & 0o077).toBe(0);
    await writeFile(path, "short");
    await expect(installationKey(path)).rejects.toThrow(/damaged/);
  });
});
