import { afterEach, describe, expect, it } from "vitest";
import { closeLinks, RowLedger, startLinks, until } from "./support/link-network-fixture.ts";

afterEach(closeLinks);

describe("emptying a pool", () => {
  it("throws the key away at both ends and in the ledger, and the devices make new key", async () => {
    const ledger = new RowLedger();
    const links = await startLinks({ ledger });
    const [pool] = links.pools();
    if (pool === undefined) throw new Error("no pool");
    const id = pool.linkId;
    await until(links, () => pool.condition === "standby");
    const held = pool.availableBytes;
    const gone = await links.empty(id);
    expect(gone).toBeGreaterThanOrEqual(held);
    const rows = ledger.uses.filter(({ link, purpose }) => link === id && purpose === "discarded");
    expect(rows.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(gone);
    const { a, b } = links.counts(id);
    expect([a.discarded, b.discarded]).toEqual([gone, gone]);
    await until(links, () => pool.availableBytes > 0);
  });

  it("of an unknown link is refused", async () => {
    const links = await startLinks();
    await expect(async () => links.empty("no~where")).rejects.toMatchObject({ code: "links.unknown-link" });
  });
});
