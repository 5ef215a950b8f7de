import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
/** Screens hold no key. Everything else may touch one, or choose who does. */
const scanned = [
  ...files("lib").filter((path) => !path.startsWith("lib/ui/")),
  ...files("app/api"),
  ...["server.ts", "qkdn.ts", "start.ts", "proxy.ts"],
];

const weak =
  /\bMath\s*(\?\.|\.|\[\s*["'`])\s*random\b|\{[^}]*\brandom\b[^}]*\}\s*=\s*Math\b|\bpseudoRandomBytes\b/;

function files(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|tsx|mjs)$/.test(name))
    .map((name) => join(folder, name));
}

/** Code without comments: what they say is no call. */
function codeOf(path: string): string {
  return readFileSync(join(root, path), "utf8").replace(/\/\*[\s\S]*?\*\/|(^|[^:])\/\/[^\n]*/g, "$1");
}

it("no code near a key draws from a generator that can be guessed", () => {
  expect(scanned.length).toBeGreaterThan(300);
  expect(scanned.filter((path) => weak.test(codeOf(path)))).toEqual([]);
});

it("the scan sees a call however it is written", () => {
  for (const code of ["Math.random()", "Math\n  .random()", 'Math["random"]()', "const { random } = Math;"])
    expect(weak.test(code), code).toBe(true);
});
