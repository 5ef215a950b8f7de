import { afterAll, beforeAll, expect, it } from "vitest";
import { KillableScript } from "../../support/killable-script.ts";

let script: KillableScript;

beforeAll(async () => {
  script = await KillableScript.bundle(new URL("./burn-and-die.ts", import.meta.url));
});
afterAll(() => script.remove());

it("never uses authentication key twice, and keeps both ends in step, however often the process is killed", async () => {
  const seen = new Set<string>();
  for (const lines of [1, 5, 40, 100, 170, 333, 7, 260]) {
    const whole = (await script.runAndKill(lines)).filter((line) => line.length === 129);
    for (const line of whole) {
      const [a, b] = line.split(" ");
      expect(a).toBe(b);
      expect(seen.has(line)).toBe(false);
      seen.add(line);
    }
  }
  expect(seen.size).toBeGreaterThan(900);
});
