import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
let copy: string;

function check(): { status: number | null; output: string } {
  const run = spawnSync(process.execPath, [join(root, "scripts/boundaries.mjs"), copy], { encoding: "utf8" });
  return { status: run.status, output: run.stdout + run.stderr };
}

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "vernam-boundaries-"));
  for (const part of ["lib", "tsconfig.json", ".dependency-cruiser.cjs", "package.json"]) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

describe("the boundary check between the zones", () => {
  it("passes the project as it is", () => {
    expect(check()).toMatchObject({ status: 0, output: expect.stringContaining("boundaries hold") });
  });

  it("fails on a value import from the relay into the key zone", () => {
    writeFileSync(
      join(copy, "lib/relay/planted.ts"),
      'import { SecretBytes } from "../shared/secret-bytes.ts";\nimport * as links from "../keys/link-types.ts";\nexport const planted = [SecretBytes, links];\n',
    );
    const { status, output } = check();
    expect(status).toBe(1);
    expect(output).toContain("relay-sees-no-key: lib/relay/planted.ts → lib/keys/link-types.ts");
  });

  it("fails on a type-only import as well", () => {
    writeFileSync(
      join(copy, "lib/messenger/planted.ts"),
      'import type { LinkPool } from "../keys/link-types.ts";\nexport type Planted = LinkPool;\n',
    );
    const { status, output } = check();
    expect(status).toBe(1);
    expect(output).toContain("messenger-is-client: lib/messenger/planted.ts → lib/keys/link-types.ts");
  });

  it("fails when it sees fewer modules than there are", () => {
    writeFileSync(
      join(copy, ".dependency-cruiser.cjs"),
      'const config = require(process.env.VERNAM_ROOT + "/.dependency-cruiser.cjs");\nmodule.exports = { ...config, options: { ...config.options, exclude: { path: "^lib/shared" } } };\n',
    );
    const run = spawnSync(process.execPath, [join(root, "scripts/boundaries.mjs"), copy], {
      encoding: "utf8",
      env: { ...process.env, VERNAM_ROOT: root },
    });
    expect(run.status).toBe(1);
    expect(run.stdout).toContain("not seen");
  });
});
