import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileStore } from "../../../lib/messenger/node/file-store.ts";
import type { StoreWrite } from "../../../lib/messenger/store/device-store.ts";
import { VolatileStore } from "../../../lib/messenger/store/volatile-store.ts";
import { utf8 } from "../../../lib/shared/bytes.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";

const keyOf = (byte: number) => SecretBytes.own(new Uint8Array(32).fill(byte));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vernam-store-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const open = (byte = 7) => FileStore.open({ folder, key: keyOf(byte) });
const log = () => join(folder, "device.log");

function put(key: string, value: string): StoreWrite {
  return { table: "messages", key, value: utf8(value) };
}

describe("the Node device store", () => {
  it("gives back after a reopening what was committed, and nothing that was removed", async () => {
    const store = await open();
    await store.commit([put("a", "one"), put("b", "two")]);
    await store.commit([{ table: "messages", key: "a", value: null }]);
    await store.close();
    const again = await open();
    expect(await again.get("messages", "a")).toBeUndefined();
    expect(await again.get("messages", "b")).toEqual(utf8("two"));
    await again.close();
  });

  it("behaves as the store in memory for any sequence of commits and reopenings", async () => {
    const write = fc.record({
      table: fc.constantFrom("messages" as const, "outbox" as const),
      key: fc.constantFrom("a", "b", "ab", "c/1", "c/2"),
      value: fc.option(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
        { nil: null },
      ),
    });
    const step = fc.oneof(fc.array(write, { maxLength: 4 }), fc.constant("reopen" as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await rm(folder, { recursive: true, force: true });
        const twin = new VolatileStore();
        let store = await open();
        for (const one of steps) {
          if (one === "reopen") {
            await store.close();
            store = await open();
          } else {
            await Promise.all([store.commit(one), twin.commit(one)]);
          }
        }
        for (const table of ["messages", "outbox"] as const)
          for (const prefix of ["", "a", "c/"])
            for (const reverse of [false, true])
              expect(await store.range(table, { prefix, reverse, limit: 3 })).toEqual(
                await twin.range(table, { prefix, reverse, limit: 3 }),
              );
        await store.close();
      }),
      { numRuns: 40 },
    );
  });

  it("loses no acknowledged commit and no earlier one wherever the last write was cut", async () => {
    const store = await open();
    await store.commit([put("first", "kept")]);
    const before = (await readFile(log())).length;
    await store.commit([put("second", "x".repeat(100)), put("third", "y")]);
    await store.close();
    const whole = await readFile(log());
    for (let cut = before; cut < whole.length; cut += 7) {
      await writeFile(log(), whole.subarray(0, cut));
      const reopened = await open();
      expect(await reopened.get("messages", "first")).toEqual(utf8("kept"));
      const second = await reopened.get("messages", "second");
      const third = await reopened.get("messages", "third");
      expect(second === undefined).toBe(third === undefined);
      await reopened.commit([put("after", "the cut")]);
      await reopened.close();
      const last = await open();
      expect(await last.get("messages", "after")).toEqual(utf8("the cut"));
      await last.close();
    }
  });

  it("takes a tail of zeros for an unfinished write", async () => {
    const store = await open();
    await store.commit([put("first", "kept")]);
    await store.close();
    await writeFile(log(), Buffer.concat([await readFile(log()), Buffer.alloc(300)]));
    const again = await open();
    expect(await again.get("messages", "first")).toEqual(utf8("kept"));
    await again.close();
  });

  it("refuses another key and leaves the file as it was", async () => {
    const store = await open();
    await store.commit([put("a", "one")]);
    await store.close();
    const before = await readFile(log());
    await expect(open(8)).rejects.toMatchObject({ code: "store.wrong-key" });
    expect(await readFile(log())).toEqual(before);
    const again = await open();
    expect(await again.get("messages", "a")).toEqual(utf8("one"));
    await again.close();
  });

  it("names damage anywhere before the last frame and leaves the file as it was", async () => {
    const store = await open();
    await store.commit([put("a", "one")]);
    await store.commit([put("b", "two")]);
    await store.commit([put("c", "three")]);
    await store.close();
    const whole = await readFile(log());
    for (let at = 0; at < whole.length - 40; at += 11) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ 0x10;
      await writeFile(log(), damaged);
      await expect(open()).rejects.toMatchObject({
        code: expect.stringMatching(/^store\.(corrupt|wrong-key|not-a-store)$/),
      });
      expect(await readFile(log())).toEqual(damaged);
    }
  });

  it("is held by one engine at a time", async () => {
    const store = await open();
    await expect(open()).rejects.toMatchObject({ code: "store.locked" });
    await store.close();
    await (await open()).close();
  });

  it("writes neither values nor keys of rows readable", async () => {
    const store = await open();
    await store.commit([put("conversation-name", "a sentence nobody may read")]);
    await store.close();
    const bytes = (await readFile(log())).toString("latin1");
    expect(bytes).not.toContain("sentence");
    expect(bytes).not.toContain("conversation-name");
  });

  it("drops old values when it is opened and more than half of the file is old", async () => {
    const store = await open();
    for (let i = 0; i < 40; i++) await store.commit([put("same", "z".repeat(64 * 1024))]);
    await store.close();
    const before = (await readFile(log())).length;
    await (await open()).close();
    expect((await readFile(log())).length).toBeLessThan(before / 10);
    const again = await open();
    expect((await again.get("messages", "same"))?.length).toBe(64 * 1024);
    await again.close();
  });

  it("leaves nothing behind when erased", async () => {
    const store = await open();
    await store.commit([put("a", "one")]);
    await store.erase();
    await expect(readFile(log())).rejects.toMatchObject({ code: "ENOENT" });
  });
});
