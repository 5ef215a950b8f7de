import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CommandDesk } from "../../../lib/gateway/operations/command-desk.ts";
import type { LinkControls } from "../../../lib/gateway/operations/link-commands.ts";
import { StageDesk } from "../../../lib/gateway/operations/stage-desk.ts";
import { approvalCommand } from "../../../lib/protocol/approval.ts";
import { type Command, signCommand } from "../../../lib/protocol/command.ts";
import type { Bytes } from "../../../lib/shared/bytes.ts";
import { VernamError } from "../../../lib/shared/errors.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { randomUuid } from "../../../lib/shared/uuid.ts";
import { GatewayWorld, lisbon, madrid } from "./support/gateway-world.ts";
import { TestDevice } from "./support/test-device.ts";

let world: GatewayWorld;
let desk: CommandDesk;
let stage: StageDesk;
let presenter: TestDevice;
let officer: TestDevice;
let plain: TestDevice;
let calls: unknown[][] = [];
const ledger: { site: string; kind: string; detail: Record<string, string | number | boolean> }[] = [];

const links: LinkControls = {
  setAttack: (...args) => void calls.push(["attack", ...args]),
  setCut: (...args) => void calls.push(["cut", ...args]),
  setFault: (...args) => void calls.push(["fault", ...args]),
  setAuthenticated: (...args) => void calls.push(["authenticated", ...args]),
  resetAll: () => void calls.push(["reset"]),
};

/** As the site's gateway shows them to whoever approves. */
function keysOf(device: TestDevice): Bytes {
  device.siteList = world.gateways.siteList.value;
  return device.keysHash;
}

async function enrolled(site: string, roles: readonly string[]): Promise<TestDevice> {
  const device = await TestDevice.create(world, site);
  expect((await device.enrol(roles)).status).toBe(200);
  return device;
}

function openDesk(demonstration = true): void {
  const space = {
    rate: 20,
    stations: ["pt-ogs"],
    setRate: (rate: number) => void calls.push(["rate", rate]),
    setSky: (station: string, sky: string | null) => void calls.push(["sky", station, sky]),
  };
  const empty = async (link: string) => calls.push(["empty", link]) * 1000;
  stage = new StageDesk({
    nodes: ["pt-lis", "es-mad"],
    links: { empty },
    space,
    demonstration,
    now: world.now,
  });
  desk = new CommandDesk({
    gateways: world.gateways,
    administration: world.administration,
    links,
    space,
    stage,
    demonstration,
    commit: (work) => world.queue.run(work),
    ledger: (site, _at, kind, detail) => void ledger.push({ site, kind, detail }),
    now: world.now,
  });
}

beforeAll(async () => {
  world = await GatewayWorld.start();
  openDesk();
  presenter = await enrolled(lisbon, ["user", "presenter"]);
  officer = await enrolled(lisbon, ["user", "officer"]);
  plain = await enrolled(lisbon, ["user"]);
});

afterAll(() => world?.close());

function command(by: TestDevice, change: Partial<Command> = {}): Command {
  return {
    nonce: randomUuid(),
    expiry: world.now() + 60_000,
    kind: "link.cut",
    args: { link: "a~b", cut: true },
    certificateHash: by.certificateHash,
    ...change,
  };
}

async function give(by: TestDevice, change: Partial<Command> = {}): Promise<string> {
  return execute(await signCommand(command(by, change), by.signer));
}

async function execute(bytes: Uint8Array): Promise<string> {
  calls = [];
  try {
    await desk.execute(bytes);
    return "done";
  } catch (error) {
    if (error instanceof VernamError) return error.code;
    throw error;
  }
}

describe("a command", () => {
  test("of a presenter reaches the links and the log", async () => {
    const attack = { link: "a~b", model: "intercept-resend", fraction: 0.5 };
    expect(await give(presenter, { kind: "link.attack", args: attack })).toBe("done");
    expect(calls).toEqual([["attack", "a~b", { model: "intercept-resend", fraction: 0.5 }]]);
    expect(await give(presenter)).toBe("done");
    expect(calls).toEqual([["cut", "a~b", true]]);
    expect(await give(presenter, { kind: "links.reset", args: {} })).toBe("done");
    expect(calls).toEqual([["reset"], ["rate", 20]]);
    expect(ledger.at(-1)).toMatchObject({
      site: lisbon,
      kind: "command",
      detail: { command: "links.reset" },
    });
    expect(ledger).toHaveLength(3);
  });

  test("can play every eavesdropper and break every part", async () => {
    for (const model of ["photon-number-splitting", "blinding", "jamming", "man-in-the-middle"]) {
      const args = { link: "a~b", model, fraction: 1 };
      expect(await give(presenter, { kind: "link.attack", args })).toBe("done");
      expect(calls).toEqual([["attack", "a~b", { model, fraction: 1 }]]);
    }
    for (const [fault, level] of Object.entries({ loss: 12.5, drift: 0.5, detector: 1 })) {
      expect(await give(presenter, { kind: "link.fault", args: { link: "a~b", fault, level } })).toBe("done");
      expect(calls).toEqual([["fault", "a~b", fault, level]]);
    }
    expect(
      await give(presenter, { kind: "link.fault", args: { link: "a~b", fault: "flood", level: 1 } }),
    ).toBe("command.argument");
    expect(
      await give(presenter, { kind: "link.fault", args: { link: "a~b", fault: "loss", level: 41 } }),
    ).toBe("command.argument");
    expect(await give(plain, { kind: "link.fault", args: { link: "a~b", fault: "loss", level: 1 } })).toBe(
      "command.role",
    );
  });

  test("switches authentication off in a demonstration, and nowhere else", async () => {
    const off = { kind: "link.authentication", args: { link: "a~b", on: false } };
    expect(await give(presenter, off)).toBe("done");
    expect(calls).toEqual([["authenticated", "a~b", false]]);
    expect(await give(plain, off)).toBe("command.role");
    openDesk(false);
    expect(await give(presenter, off)).toBe("command.demonstration-only");
    expect(calls).toEqual([]);
    openDesk();
  });

  test("makes satellites fly faster in a demonstration, within the clock's range", async () => {
    const fast = { kind: "space.clock", args: { rate: 60 } };
    expect(await give(presenter, fast)).toBe("done");
    expect(calls).toEqual([["rate", 60]]);
    expect(await give(plain, fast)).toBe("command.role");
    expect(await give(presenter, { kind: "space.clock", args: { rate: 5000 } })).toBe("command.argument");
    openDesk(false);
    expect(await give(presenter, fast)).toBe("command.demonstration-only");
    openDesk();
  });

  test("empties a pool, orders a sky, supposes a dishonest node and a broken part, until the reset", async () => {
    const order = (kind: string, args: Command["args"]) => give(presenter, { kind, args });
    expect(await order("pool.empty", { link: "a~b" })).toBe("done");
    expect(calls).toEqual([["empty", "a~b"]]);
    expect(await order("space.sky", { station: "pt-ogs", sky: "cloudy" })).toBe("done");
    expect(calls).toEqual([["sky", "pt-ogs", "cloudy"]]);
    expect(await order("node.compromise", { node: "es-mad", on: true })).toBe("done");
    expect(await order("assume.broken", { part: "x-wing", on: true })).toBe("done");
    expect(stage.view()).toEqual({
      broken: { xWing: true, qkd: false },
      compromised: [{ node: "es-mad", since: expect.any(Number) }],
      skies: [{ station: "pt-ogs", sky: "cloudy" }],
      emptied: [{ link: "a~b", bytes: 1000, at: expect.any(Number) }],
    });
    expect(await order("links.reset", {})).toBe("done");
    expect(calls).toEqual([["reset"], ["sky", "pt-ogs", null], ["rate", 20]]);
    expect(stage.view()).toEqual({
      broken: { xWing: false, qkd: false },
      compromised: [],
      skies: [],
      emptied: [],
    });
  });

  test("of the stage with a name that is none, without the role or in earnest is refused", async () => {
    const wrong: readonly [string, Command["args"]][] = [
      ["space.sky", { station: "nowhere", sky: "cloudy" }],
      ["space.sky", { station: "pt-ogs", sky: "purple" }],
      ["node.compromise", { node: "nowhere", on: true }],
      ["node.compromise", { node: "es-mad", on: 1 }],
      ["assume.broken", { part: "aes", on: true }],
      ["pool.empty", {}],
    ];
    for (const [kind, args] of wrong) expect(await give(presenter, { kind, args })).toBe("command.argument");
    const kept = { kind: "node.compromise", args: { node: "es-mad", on: true } };
    expect(await give(plain, kept)).toBe("command.role");
    openDesk(false);
    expect(await give(presenter, kept)).toBe("command.demonstration-only");
    expect(stage.view().compromised).toEqual([]);
    openDesk();
  });

  test("without the role is refused and leaves no trace in the log", async () => {
    const before = ledger.length;
    expect(await give(plain)).toBe("command.role");
    expect(await give(officer, { kind: "links.reset", args: {} })).toBe("command.role");
    expect(calls).toEqual([]);
    expect(ledger).toHaveLength(before);
  });

  test("given twice is refused the second time, after a restart too", async () => {
    const bytes = await signCommand(command(presenter), presenter.signer);
    expect(await execute(bytes)).toBe("done");
    expect(await execute(bytes)).toBe("command.replayed");
    await world.restart();
    openDesk();
    expect(await execute(bytes)).toBe("command.replayed");
    expect(calls).toEqual([]);
  });

  test("given twice at the same time is carried out once", async () => {
    const bytes = await signCommand(command(presenter), presenter.signer);
    const outcomes = await Promise.allSettled([desk.execute(bytes), desk.execute(bytes)]);
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  });

  test("that expired, or is valid for too long, is refused", async () => {
    expect(await give(presenter, { expiry: world.now() - 1 })).toBe("command.expired");
    expect(await give(presenter, { expiry: world.now() + 3_600_000 })).toBe("command.too-long");
  });

  test("signed by another device, altered, or under an unknown certificate is refused", async () => {
    const forged = await signCommand(command(presenter), plain.signer);
    expect(await execute(forged)).toBe("signature.ed25519");
    const altered = await signCommand(command(presenter), presenter.signer);
    altered[60] = (altered[60] as number) ^ 1;
    expect(await execute(altered)).not.toBe("done");
    expect(await give(presenter, { certificateHash: new Uint8Array(64) })).toBe("command.certificate");
  });

  test("of an unknown kind or with wrong arguments is refused", async () => {
    expect(await give(presenter, { kind: "links.burn", args: {} })).toBe("command.unknown");
    expect(await give(presenter, { args: { link: "a~b", cut: 1 } })).toBe("command.argument");
    expect(await give(presenter, { args: { cut: true } })).toBe("command.argument");
    const attack = { link: "a~b", model: "intercept-resend", fraction: 1.5 };
    expect(await give(presenter, { kind: "link.attack", args: attack })).toBe("command.argument");
    expect(await execute(new Uint8Array([0xa1, 0x01]))).toMatch(/^cbor\./);
  });

  test("under a certificate that lapsed is refused", async () => {
    world.clock = 25 * 60 * 60 * 1000;
    expect(await give(presenter)).toBe("certificate.expired");
    world.clock = 0;
  });
});

describe("a further device", () => {
  async function pending(user = randomUuid()): Promise<{ first: TestDevice; second: TestDevice }> {
    const first = await TestDevice.create(world, lisbon, user);
    await first.enrol();
    const second = await TestDevice.create(world, lisbon, user);
    expect((await second.enrol()).status).toBe(202);
    return { first, second };
  }
  const approve = (by: TestDevice, device: TestDevice, keysHash = keysOf(device)) =>
    give(by, approvalCommand({ device: device.id, keysHash }));

  test("is approved with exactly the keys that were compared, and by no approval of another device", async () => {
    const { first, second } = await pending();
    const other = await pending();
    expect(await approve(first, second, keysOf(other.second))).toBe("approval.other-keys");
    expect(await give(first, { kind: "device.approve", args: { device: toHex(second.id) } })).toBe(
      "approval.malformed",
    );
    expect((await second.enrol()).status).toBe(202);
    expect(await approve(first, second)).toBe("done");
  });

  test("is not let in by an approval that is played again", async () => {
    const { first, second } = await pending();
    const approval = approvalCommand({ device: second.id, keysHash: keysOf(second) });
    const bytes = await signCommand(command(first, approval), first.signer);
    expect(await execute(bytes)).toBe("done");
    expect((await second.enrol()).status).toBe(200);
    expect(await give(first, { kind: "device.revoke", args: { device: toHex(second.id) } })).toBe("done");
    expect(await execute(bytes)).toBe("device.not-pending");
    expect((await second.enrol()).body.code).toBe("device.revoked");
  });

  test("is approved by another device of its user", async () => {
    const { first, second } = await pending();
    expect(await approve(first, second)).toBe("done");
    expect((await second.enrol()).status).toBe(200);
    expect(await approve(first, second)).toBe("device.not-pending");
  });

  test("is approved by the officer of its site, not of another, and not by a stranger or a presenter", async () => {
    const { second } = await pending();
    const abroad = await enrolled(madrid, ["user", "officer"]);
    for (const by of [abroad, plain, presenter])
      expect(await approve(by, second)).toBe("command.not-permitted");
    expect((await second.enrol()).status).toBe(202);
    expect(await approve(officer, second)).toBe("done");
    expect((await second.enrol()).status).toBe(200);
  });
});

describe("a revocation", () => {
  const revoke = (by: TestDevice, device: TestDevice) =>
    give(by, { kind: "device.revoke", args: { device: toHex(device.id) } });

  test("by the user's own device or the officer acts at once; a stranger's does not", async () => {
    const victim = await TestDevice.ready(world, lisbon);
    expect(await revoke(plain, victim)).toBe("command.not-permitted");
    expect(await revoke(officer, victim)).toBe("done");
    await victim.closed();
    expect(victim.closeReason).toBe("device.revoked");
  });

  test("ends what the revoked device may command", async () => {
    const second = await enrolled(lisbon, ["user", "presenter"]);
    expect(await give(second)).toBe("done");
    expect(await revoke(officer, second)).toBe("done");
    expect(await give(second)).toBe("device.revoked");
  });
});
