import { describe, expect, it } from "vitest";
import { SortedTable } from "../../../lib/messenger/store/sorted-table.ts";

describe("a range of rows", () => {
  it("begins with its first key, ends before its last, and stays within its prefix", () => {
    const table = new SortedTable();
    for (const key of ["a/1", "a/2", "a/3", "b/1"]) table.set(key, new Uint8Array(1));
    const keys = (options: Parameters<SortedTable["range"]>[0]) => table.range(options).map(({ key }) => key);
    expect(keys({ prefix: "a/", from: "a/2" })).toEqual(["a/2", "a/3"]);
    expect(keys({ prefix: "a/", from: "a/2", before: "a/3" })).toEqual(["a/2"]);
    expect(keys({ prefix: "a/", from: "a/2", reverse: true, limit: 1 })).toEqual(["a/3"]);
    expect(keys({ prefix: "b/", from: "a/2" })).toEqual(["b/1"]);
    expect(keys({ prefix: "a/", from: "a/4" })).toEqual([]);
  });
});
