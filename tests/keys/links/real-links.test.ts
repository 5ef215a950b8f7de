import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { balanceOf } from "../../../lib/keys/links/link-counts.ts";
import type { SimulatedLinkNetwork } from "../../../lib/keys/links/link-network-types.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { buildWorker } from "./support/build-worker.ts";
import { closeLinks, RowLedger, startLinks, until } from "./support/link-network-fixture.ts";

const link = "pt-lis-gns~es-sal";
const targetBytes = 12_000;
let worker: Awaited<ReturnType<typeof buildWorker>>;

beforeAll(async () => {
  worker = await buildWorker();
});
afterEach(closeLinks);
afterAll(() => worker.remove());

const start = (ledger = new RowLedger()) => startLinks({ workerEntry: worker.entry, targetBytes, ledger });
const allStandBy = (links: SimulatedLinkNetwork) =>
  until(links, () => links.pools().every((pool) => pool.condition === "standby"));

describe("nine simulated links, from photons to pools", () => {
  it("fill their pools with the same bits at both ends, and every byte is accounted for", async () => {
    const ledger = new RowLedger();
    const links = await start(ledger);
    await allStandBy(links);
    for (const pool of links.pools()) {
      expect(pool.availableBytes).toBeGreaterThan(targetBytes / 2);
      expect(pool.epsilonExponent).toBeGreaterThanOrEqual(14);
      const counts = links.counts(pool.linkId);
      expect(counts.a.generated).toBe(ledger.generatedBytes(pool.linkId));
      const reservation = pool.reserve(2000, "supplied");
      const a = pool.end(pool.a).take(reservation!);
      const b = pool.end(pool.b).take(reservation!);
      expect(toHex(a.reveal())).toBe(toHex(b.reveal()));
      expect(new Set(a.reveal()).size).toBeGreaterThan(200);
      const after = links.counts(pool.linkId);
      expect(after.a).toEqual(after.b);
      expect([balanceOf(after.a), balanceOf(after.b)]).toEqual([0, 0]);
      const status = links.status(pool.linkId);
      expect(status.qber).toBeGreaterThan(0.005);
      expect(status.qber).toBeLessThan(0.03);
      expect(status.secretBitsPerSimulatedSecond).toBeGreaterThan(10);
      expect(status.clockFactor).toBeGreaterThan(0);
      expect(status.lastBlock?.secretBits).toBeGreaterThan(0);
    }
  });

  it("stop making key on the one that is attacked, while the others go on, and recover", async () => {
    const links = await start();
    await until(links, () => links.pool(link).availableBytes > 0);
    links.setAttack(link, { model: "intercept-resend", fraction: 0.5 });
    await until(links, () => links.pool(link).condition === "alarm");
    const status = links.status(link);
    expect(status.alarm).toBe("qber-high");
    expect(status.qber).toBeGreaterThan(0.08);
    expect(links.pool(link).usable).toBe(false);
    const made = links.counts(link).a.generated;
    await until(links, () =>
      links.pools().every((pool) => pool.linkId === link || pool.condition === "standby"),
    );
    expect(links.counts(link).a.generated).toBe(made);
    expect(made).toBeGreaterThan(0);

    links.resetAll();
    await allStandBy(links);
    expect(links.counts(link).a.generated).toBeGreaterThan(made);
    expect(links.alarms()).toMatchObject([{ link, cause: "qber-high" }]);
    expect(links.alarms()[0]?.clearedAt).not.toBeNull();
  });

  it("notice a cut fibre by its missing light, and its mending", async () => {
    const links = await start();
    links.setCut(link, true);
    await until(links, () => links.pool(link).condition === "down");
    expect(links.status(link)).toMatchObject({ alarm: "no-light", cut: true });
    links.setCut(link, false);
    await until(links, () => links.pool(link).usable);
    expect(links.status(link)).toMatchObject({ alarm: null, cut: false });
  });
});
