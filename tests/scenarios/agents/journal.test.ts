import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Journal } from "../../../lib/scenarios/agents/journal.ts";

let folder: string;
let path: string;
const parse = (value: unknown) => (typeof value === "number" ? value : undefined);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vernam-journal-"));
  path = join(folder, "deep", "journal.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("an agent's journal", () => {
  it("gives back what was appended, in order, also when calls overlap", async () => {
    const { journal, lines } = await Journal.open(path, parse);
    expect(lines).toEqual([]);
    await Promise.all([journal.append(1), journal.append(2, 3), journal.append(4)]);
    await journal.append(5);
    expect((await Journal.open(path, parse)).lines).toEqual([1, 2, 3, 4, 5]);
  });

  it("drops a line that was cut short, and appends behind what is whole", async () => {
    const { journal } = await Journal.open(path, parse);
    await journal.append(1);
    appendFileSync(path, "22");
    const again = await Journal.open(path, parse);
    expect(again.lines).toEqual([1]);
    await again.journal.append(3);
    expect(readFileSync(path, "utf8")).toBe("1\n3\n");
  });

  it("leaves out lines that are none of its own", async () => {
    const { journal } = await Journal.open<unknown>(path, (value) => value);
    await journal.append(1, "from a newer program", 2);
    expect((await Journal.open(path, parse)).lines).toEqual([1, 2]);
  });
});
