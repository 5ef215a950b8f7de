import { describe, expect, it } from "vitest";
import { RequestPool } from "../../../lib/keys/etsi014/request-pool.ts";

describe("a request pool", () => {
  it("lets wishes of one group travel together, up to the limit, and each gets its own answer", async () => {
    const loads: number[][] = [];
    const pool = new RequestPool<number, string>(async (items) => {
      loads.push([...items]);
      return items.map((item) => `answer ${item}`);
    });
    const answers = await Promise.all([1, 2, 3, 4, 5].map((item) => pool.ask("g", item, 1, 3)));
    expect(answers).toEqual([1, 2, 3, 4, 5].map((item) => `answer ${item}`));
    expect(loads).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it("gathers what comes while two requests of the group are under way", async () => {
    const open: (() => void)[] = [];
    const loads: number[][] = [];
    const pool = new RequestPool<number, number>(async (items) => {
      loads.push([...items]);
      if (loads.length <= 2) await new Promise<void>((resolve) => open.push(resolve));
      return items;
    });
    const ask = (item: number) => pool.ask("g", item, 1, 100);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const asked = [ask(1)];
    await turn();
    asked.push(ask(2));
    await turn();
    asked.push(ask(3));
    await turn();
    asked.push(ask(4));
    await turn();
    expect(loads).toEqual([[1], [2]]);
    for (const release of open) release();
    expect(await Promise.all(asked)).toEqual([1, 2, 3, 4]);
    expect(loads).toEqual([[1], [2], [3, 4]]);
  });

  it("sends each wish alone when the joint request fails, so that only the bad one fails", async () => {
    const pool = new RequestPool<number, number>(async (items) => {
      if (items.includes(13)) throw new Error("thirteen");
      return items;
    });
    const results = await Promise.allSettled([1, 13, 2].map((item) => pool.ask("g", item, 1, 10)));
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});
