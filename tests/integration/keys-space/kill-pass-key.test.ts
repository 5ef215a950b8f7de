import { afterAll, beforeAll, expect, it } from "vitest";
import { KillableScript } from "../../support/killable-script.ts";

let script: KillableScript;

beforeAll(async () => {
  script = await KillableScript.bundle(new URL("./burn-pass-key.ts", import.meta.url));
});
afterAll(() => script.remove());

/** What both ends used, of the lines that came whole: "end end bytes". */
function used(lines: readonly string[]): { a: string; b: string }[] {
  return lines.flatMap((line) => {
    const [a = "", b = "", bytes = ""] = line.split(" ");
    return b.length === 2 * Number(bytes) && bytes !== "" ? [{ a, b }] : [];
  });
}

it("never uses pass key twice, and keeps station and satellite in step, however often the process is killed", async () => {
  const seen = new Set<string>();
  for (const lines of [1, 7, 60, 200, 333, 15, 260]) {
    const told = used(await script.runAndKill(lines));
    expect(told.length).toBeGreaterThanOrEqual(lines);
    for (const { a, b } of told) {
      expect(a).toBe(b);
      // Every use is a multiple of 32 bytes, and so is every segment: one block can only come back as itself.
      for (let at = 0; at < a.length; at += 64) {
        const block = a.slice(at, at + 64);
        expect(seen.has(block)).toBe(false);
        seen.add(block);
      }
    }
  }
  expect(seen.size).toBeGreaterThan(5000);
});
