import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AlarmView, LinkAlarmCause } from "../../../lib/keys/api-types.ts";
import type { SimulatedLinkNetwork } from "../../../lib/keys/links/link-network-types.ts";
import { buildWorker } from "./support/build-worker.ts";
import { closeLinks, startLinks, until } from "./support/link-network-fixture.ts";

/** Real blocks on real workers: what is done to a link, the one alarm it raises, and the way back. */
const link = "pt-lis-gns~es-sal";
let worker: Awaited<ReturnType<typeof buildWorker>>;

let links: SimulatedLinkNetwork;
let alarms: AlarmView[];

beforeAll(async () => {
  worker = await buildWorker();
  links = await startLinks({ workerEntry: worker.entry, targetBytes: 12_000 });
  links.on("alarm", (alarm) => alarms.push(alarm));
  await until(links, () => links.pools().every((pool) => pool.condition === "standby"));
});
beforeEach(() => {
  alarms = [];
});
afterEach(async () => {
  links.resetAll();
  await until(links, () =>
    links.statuses().every(({ alarm, warning }) => alarm === null && warning === null),
  );
});
afterAll(async () => {
  await closeLinks();
  worker.remove();
});

const raised = () =>
  alarms.filter(({ clearedAt }) => clearedAt === null).map(({ link: of, cause }) => `${of} ${cause}`);

describe("a link that is attacked or broken", () => {
  it.each<[string, LinkAlarmCause, (links: SimulatedLinkNetwork) => void]>([
    [
      "a tap on 5 % of the light",
      "qber-high",
      (l) => l.setAttack(link, { model: "intercept-resend", fraction: 0.05 }),
    ],
    [
      "photon splitting",
      "decoy-ratio-low",
      (l) => l.setAttack(link, { model: "photon-number-splitting", fraction: 1 }),
    ],
    ["blinding", "photocurrent-high", (l) => l.setAttack(link, { model: "blinding", fraction: 1 })],
    ["jamming", "light-excess", (l) => l.setAttack(link, { model: "jamming", fraction: 1 })],
    [
      "somebody in the middle",
      "authentication-failed",
      (l) => l.setAttack(link, { model: "man-in-the-middle", fraction: 1 }),
    ],
    ["a dead detector", "detector-unbalanced", (l) => l.setFault(link, "detector", 1)],
    ["a cut", "no-light", (l) => l.setCut(link, true)],
    ["40 dB more loss", "no-light", (l) => l.setFault(link, "loss", 40)],
  ])("by %s raises %s and nothing else, supplies nothing, and recovers", async (_, cause, disturb) => {
    const made = links.counts(link).a.generated;
    disturb(links);
    await until(links, () => links.status(link).alarm !== null);
    expect(raised()).toEqual([`${link} ${cause}`]);
    expect(links.pool(link).usable).toBe(false);
    expect(links.pool(link).reserve(100, "relayed")).toBeUndefined();
    expect(links.pools().filter((pool) => pool.usable)).toHaveLength(8);
    expect(links.counts(link).a.generated).toBe(made);

    links.resetAll();
    await until(links, () => links.pool(link).usable);
    expect(raised()).toHaveLength(1);
    expect(links.alarms()[0]).toMatchObject({ link, cause, severity: "alarm" });
    expect(links.alarms()[0]?.clearedAt).not.toBeNull();
    expect(links.status(link)).toMatchObject({ alarm: null, warning: null });
  });

  it("by 3 dB more loss gets a warning, keeps its key in use and goes on making key", async () => {
    links.setFault(link, "loss", 3);
    await until(links, () => links.status(link).warning === "loss-high");
    expect(links.alarms()[0]).toMatchObject({
      link,
      cause: "loss-high",
      severity: "warning",
      clearedAt: null,
    });
    const { evidence } = links.status(link);
    expect(evidence!.clickRate.measured / evidence!.clickRate.expected).toBeLessThan(0.6);
    const made = links.counts(link).a.generated;
    links.pool(link).reserve(8000, "relayed");
    await until(links, () => links.counts(link).a.generated > made);
    expect(links.status(link)).toMatchObject({ alarm: null, warning: "loss-high" });
    links.resetAll();
    await until(links, () => links.status(link).warning === null);
    expect(raised()).toEqual([`${link} loss-high`]);
  });

  it("by a fibre that turns the light: first a warning while it is compensated, then an alarm at the limit", async () => {
    links.setFault(link, "drift", 1);
    await until(links, () => links.status(link).warning === "drift-compensated");
    expect(links.pool(link).usable).toBe(true);
    await until(links, () => links.status(link).alarm !== null);
    expect(raised()).toEqual([`${link} drift-compensated`, `${link} misalignment-limit`]);
    links.setFault(link, "drift", 0);
    await until(links, () => links.pool(link).usable);
  });
});

describe("authentication switched off", () => {
  it("puts a link into quarantine: no key in, none out, whether or not somebody is in the middle", async () => {
    await until(links, () => links.pool(link).condition === "standby");
    const made = links.counts(link).a.generated;
    const reserve = links.status(link).authenticationBytes;
    links.setAuthenticated(link, false);
    expect(links.status(link).condition).toBe("quarantined");
    expect(links.pool(link).usable).toBe(false);
    await until(links, () => links.status(link).quarantine !== null);
    expect(links.status(link).quarantine).toMatchObject({ endsAgree: true, attackerBits: 0 });

    links.setAttack(link, { model: "man-in-the-middle", fraction: 1 });
    await until(links, () => (links.status(link).quarantine?.attackerBits ?? 0) > 0);
    const { quarantine } = links.status(link);
    // All of Alice's key and all of Bob's other one, whose length is its own block's.
    expect(quarantine?.endsAgree).toBe(false);
    expect(quarantine!.attackerBits).toBeGreaterThan(quarantine!.bits);
    expect(raised()).toEqual([]);
    expect(links.counts(link).a.generated).toBe(made);
    expect(links.status(link).authenticationBytes).toBe(reserve);
    expect(links.pool(link).reserve(100, "relayed")).toBeUndefined();

    links.setAuthenticated(link, true);
    await until(links, () => links.status(link).alarm === "authentication-failed");
    expect(links.status(link).quarantine).toBeNull();
    links.resetAll();
    await until(links, () => links.pool(link).usable);
    expect(links.pool(link).reserve(100, "relayed")).toBeDefined();
    expect(links.counts(link).a.generated).toBe(made);
  });
});

describe("links that nobody touches", () => {
  it("raise no alarm while they fill and refill", async () => {
    for (let round = 0; round < 3; round++) {
      for (const pool of links.pools()) pool.reserve(9000, "relayed");
      await until(links, () => links.pools().every((pool) => pool.condition === "standby"));
    }
    expect(alarms).toEqual([]);
  });
});
