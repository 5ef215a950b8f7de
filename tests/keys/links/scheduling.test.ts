import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { AlarmView } from "../../../lib/keys/api-types.ts";
import { balanceOf, noCounts } from "../../../lib/keys/links/link-counts.ts";
import { closeLinks, RowLedger, startLinks, until } from "./support/link-network-fixture.ts";

afterEach(closeLinks);

const first = "pt-lis-gns~pt-lis-mne";

describe("the scheduler", () => {
  it("fills every pool and then lets the devices stand by", async () => {
    const ledger = new RowLedger();
    const links = await startLinks({ ledger });
    await until(links, () => links.pools().every((pool) => pool.condition === "standby"));
    for (const pool of links.pools()) {
      expect(pool.state).toBe("ready");
      expect(pool.availableBytes).toBeGreaterThan(0.85 * pool.capacityBytes);
      const counts = links.counts(pool.linkId);
      expect(counts.a).toEqual(counts.b);
      expect(balanceOf(counts.a)).toBe(0);
      expect(counts.a.generated).toBe(ledger.generatedBytes(pool.linkId));
    }
  });

  it("gives every link its first key before any gets much, and requested links theirs first", async () => {
    const ledger = new RowLedger();
    const links = await startLinks({ ledger });
    links.prefer(["es-mer~es-mad-int"]);
    await until(links, () => ledger.generated.length >= 15);
    const order = ledger.generated.map((row) => row.link);
    expect(new Set(order).size).toBe(9);
    const shares = [...new Set(order)].map((id) => order.filter((other) => other === id).length);
    expect(order.slice(0, 3)).toContain("es-mer~es-mad-int");
    expect(order.filter((id) => id === "es-mer~es-mad-int").length).toBe(Math.max(...shares));
  });

  it("starts a full link again when its key is drawn below the mark, not before", async () => {
    const links = await startLinks();
    await until(links, () => links.pools().every((pool) => pool.condition === "standby"));
    const pool = links.pool(first);
    pool.reserve(1000, "supplied");
    expect(pool.condition).toBe("standby");
    pool.reserve(80_000, "supplied");
    expect(pool.condition).toBe("generating");
    await until(links, () => pool.condition === "standby");
    expect(pool.availableBytes).toBeGreaterThan(0.85 * pool.capacityBytes);
  });

  it("lets no key into a pool before the ledger has its row", async () => {
    const ledger = new RowLedger();
    let open = () => {};
    ledger.gate = new Promise((resolve) => {
      open = resolve;
    });
    const links = await startLinks({ ledger });
    const seen: number[] = [];
    links.on("block", (row) => seen.push(links.counts(row.link).a.generated));
    await new Promise((resolve) => setImmediate(resolve));
    expect(links.pools().every((pool) => pool.availableBytes === 0)).toBe(true);
    open();
    await until(links, () => links.pools().some((pool) => pool.availableBytes > 0));
    expect(ledger.generated.length).toBeGreaterThan(0);
    expect(seen[0]).toBe(0);
  });

  it("throws a block away that the ledger did not take, says so, and tries again", async () => {
    const ledger = new RowLedger();
    const full = Promise.reject(new Error("disk full"));
    full.catch(() => {});
    ledger.gate = full;
    const links = await startLinks({ ledger });
    const fault = await new Promise<{ link: string; error: Error }>((resolve) => links.on("fault", resolve));
    expect(fault.error.message).toBe("disk full");
    expect(links.counts(fault.link).a).toEqual(noCounts);
    ledger.gate = Promise.resolve();
    await until(links, () => links.pool(fault.link).usable);
    expect(links.counts(fault.link).a.generated).toBe(ledger.generatedBytes(fault.link));
  });

  it("tops the authentication key up from the pool, and the ledger has a row of it", async () => {
    const ledger = new RowLedger();
    const links = await startLinks({ ledger });
    await until(links, () => links.pools().every((pool) => pool.condition === "standby"));
    const pool = links.pool(first);
    while (ledger.uses.length < 2) {
      pool.reserve(150_000, "supplied");
      await until(links, () => pool.condition === "standby");
    }
    const rows = ledger.uses.filter((row) => row.link === first && row.purpose === "authentication");
    const counts = links.counts(first);
    expect(rows.reduce((sum, row) => sum + row.bytes, 0)).toBe(counts.a.authentication);
    expect(counts.b).toEqual(counts.a);
    expect(links.status(first).authenticationBytes).toBeGreaterThan(8192);
  });
});

describe("a link under attack", () => {
  it("raises an alarm while in standby, is not used, keeps its key, and recovers", async () => {
    const links = await startLinks();
    await until(links, () => links.pools().every((pool) => pool.condition === "standby"));
    const alarms: AlarmView[] = [];
    links.on("alarm", (alarm) => alarms.push(alarm));
    const pool = links.pool(first);
    const kept = () => links.counts(first).a.stored + links.counts(first).a.authentication;
    const before = kept();
    links.setAttack(first, { model: "intercept-resend", fraction: 0.5 });
    await until(links, () => pool.condition === "alarm");
    expect(pool.usable).toBe(false);
    expect(kept()).toBe(before);
    expect(links.status(first)).toMatchObject({ alarm: "qber-high", attack: { fraction: 0.5 } });
    expect(links.alarms()).toMatchObject([{ link: first, cause: "qber-high", clearedAt: null }]);
    expect(links.pools().filter((other) => other.usable)).toHaveLength(8);

    links.setAttack(first, { model: "none", fraction: 0 });
    await until(links, () => pool.usable);
    expect(links.status(first).alarm).toBeNull();
    expect(alarms.map((alarm) => alarm.clearedAt !== null)).toEqual([false, true]);
    expect(links.alarms()[0]?.clearedAt).not.toBeNull();
  });

  it("is down while its fibre is cut; a reset of all brings everything back", async () => {
    const links = await startLinks();
    links.setCut(first, true);
    links.setAttack("es-mer~es-mad-int", { model: "intercept-resend", fraction: 1 });
    await until(
      links,
      () => links.pool(first).condition === "down" && links.pool("es-mer~es-mad-int").condition === "alarm",
    );
    expect(
      links
        .alarms()
        .map((alarm) => alarm.cause)
        .sort(),
    ).toEqual(["no-light", "qber-high"]);
    links.resetAll();
    await until(links, () => links.pools().every((pool) => pool.usable));
    expect(links.statuses().every((row) => row.alarm === null && !row.cut)).toBe(true);
  });

  it("refuses unknown links and impossible attacks", async () => {
    const links = await startLinks();
    expect(() => links.setCut("no~link", true)).toThrow(/no key link/);
    expect(() => links.setAttack(first, { model: "intercept-resend", fraction: 1.5 })).toThrow(/from 0 to 1/);
    expect(() => links.pool("no~link")).toThrow(/no key link/);
  });
});

describe("a restart", () => {
  it("counts as lost what the pools held, tells the ledger, and never uses authentication key again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "links-"));
    try {
      const links = await startLinks({ dataFolder: folder });
      await until(links, () => links.pools().every((pool) => pool.state === "ready"));
      const counts = links.counts(first);
      const left = links.status(first).authenticationBytes;
      await closeLinks();

      const ledger = new RowLedger();
      ledger.initial.set(first, counts);
      const again = await startLinks({ dataFolder: folder, ledger });
      expect(ledger.lost).toMatchObject([{ link: first, bytes: { a: counts.a.stored, b: counts.b.stored } }]);
      expect(again.counts(first).a).toMatchObject({ lostAtRestart: counts.a.stored, stored: 0 });
      expect(balanceOf(again.counts(first).b)).toBe(0);
      expect(again.status(first).authenticationBytes).toBeLessThanOrEqual(left);
      await until(again, () => again.pool(first).usable);
      expect(again.pool(first).reserve(10, "supplied")?.offset).toBe(counts.a.generated);
    } finally {
      await closeLinks();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("is refused when the ledger says that more was used than made", async () => {
    const ledger = new RowLedger();
    const impossible = { ...noCounts, generated: 10, supplied: 11 };
    ledger.initial.set(first, { a: impossible, b: impossible });
    await expect(startLinks({ ledger })).rejects.toThrow(/More key left/);
  });
});
