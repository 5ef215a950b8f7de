import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CommandDesk } from "../../../lib/gateway/operations/command-desk.ts";
import type { AlarmView } from "../../../lib/keys/api-types.ts";
import { signCommand } from "../../../lib/protocol/command.ts";
import { defaultLevelPolicy, type LevelPolicy } from "../../../lib/protocol/level-policy.ts";
import type { SqlClient } from "../../../lib/shared/database/database.ts";
import { VernamError } from "../../../lib/shared/errors.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { randomUuid } from "../../../lib/shared/uuid.ts";
import { until } from "../../support/until.ts";
import { GatewayWorld, lisbon, madrid } from "./support/gateway-world.ts";
import { TestDevice } from "./support/test-device.ts";

let world: GatewayWorld;
let administrator: TestDevice;
let officer: TestDevice;
let auditor: TestDevice;

async function enrolled(site: string, roles: readonly string[]): Promise<TestDevice> {
  const device = await TestDevice.create(world, site);
  expect((await device.enrol(roles)).status).toBe(200);
  return device;
}

beforeAll(async () => {
  world = await GatewayWorld.start();
  administrator = await enrolled(lisbon, ["user", "administrator"]);
  officer = await enrolled(lisbon, ["user", "officer"]);
  auditor = await enrolled(lisbon, ["user", "auditor"]);
});

afterAll(() => world?.close());

type Args = Readonly<Record<string, string | number | boolean>>;

async function give(by: TestDevice, kind: string, args: Args): Promise<string> {
  const desk = new CommandDesk({
    gateways: world.gateways,
    administration: world.administration,
    commit: <T>(work: (client: SqlClient) => Promise<T>) => world.queue.run(work),
    ledger: () => undefined,
    demonstration: true,
    now: world.now,
  } as unknown as ConstructorParameters<typeof CommandDesk>[0]);
  const command = { nonce: randomUuid(), expiry: world.now() + 60_000, kind, args };
  try {
    await desk.execute(await signCommand({ ...command, certificateHash: by.certificateHash }, by.signer));
    return "done";
  } catch (error) {
    if (error instanceof VernamError) return error.code;
    throw error;
  }
}

function argsOf(policy: LevelPolicy): Args {
  const rules = policy.levels.map((rule, level) => [
    `level${level}`,
    [
      rule.minimum,
      rule.offered,
      Number(rule.disjointRoutes),
      Number(rule.requireDisjoint),
      rule.padFileBytes,
      rule.streamFileBytes,
    ].join(" "),
  ]);
  return { serial: policy.serial, ...Object.fromEntries(rules) };
}

const strict: LevelPolicy = {
  serial: 1,
  levels: defaultLevelPolicy.levels.map((rule) => ({ ...rule, minimum: 4, offered: 4, streamFileBytes: 0 })),
};

describe("the rules of the levels", () => {
  test("are changed by an administrator only, reach devices that are connected, and bind their draws", async () => {
    const alice = await TestDevice.ready(world, lisbon);
    const bob = await TestDevice.ready(world, madrid);
    expect((await alice.draw([bob], { suite: 2, bytes: 32 })).key).toHaveLength(32);
    expect(await give(auditor, "policy.levels", argsOf(strict))).toBe("command.role");
    expect(await give(officer, "policy.levels", argsOf(strict))).toBe("command.role");
    expect(await give(administrator, "policy.levels", { ...argsOf(strict), level1: "2 2 0 0 1 1" })).toBe(
      "policy.order",
    );
    expect(await give(administrator, "policy.levels", argsOf(strict))).toBe("done");
    await until("the device has the rules", () => alice.policies.at(-1)?.serial === 1);
    await expect(alice.draw([bob], { suite: 2, bytes: 32 })).rejects.toThrow("level.suite-too-weak");
    expect(await give(administrator, "policy.levels", argsOf(strict))).toBe("policy.serial");
    await alice.disconnect();
    await bob.disconnect();
  });

  test("outlive a restart and reach devices that come later", async () => {
    await world.restart();
    expect(world.administration.policies.view().levels).toMatchObject({ serial: 1, rules: strict.levels });
    const late = await TestDevice.ready(world, lisbon);
    await until("the device has the rules", () => late.policies.at(-1)?.serial === 1);
    await late.disconnect();
    expect(await give(administrator, "policy.levels", argsOf({ ...defaultLevelPolicy, serial: 2 }))).toBe(
      "done",
    );
  });
});

describe("a quota", () => {
  test("makes a draw wait with the time until there is room, refuses what never fits, and is lifted by 0", async () => {
    const alice = await TestDevice.ready(world, lisbon);
    const bob = await TestDevice.ready(world, madrid);
    const quota = { site: lisbon, level: "0", bytesPerHour: 600 };
    expect(await give(auditor, "policy.quota", quota)).toBe("command.role");
    expect(await give(administrator, "policy.quota", { ...quota, site: "nowhere" })).toBe("command.argument");
    expect(await give(administrator, "policy.quota", quota)).toBe("done");
    await alice.draw([bob], { bytes: 400 });
    await expect(alice.draw([bob], { bytes: 400 })).rejects.toThrow("key.unavailable");
    await expect(alice.draw([bob], { bytes: 700 })).rejects.toThrow("draw.quota");
    expect(world.administration.policies.view().used).toEqual([{ site: lisbon, level: 0, bytes: 400 }]);
    world.keys.available = 0;
    await expect(alice.draw([bob], { bytes: 100 })).rejects.toThrow("key.unavailable");
    world.keys.available = Number.POSITIVE_INFINITY;
    expect(world.administration.policies.view().used).toEqual([{ site: lisbon, level: 0, bytes: 400 }]);
    await alice.draw([bob], { bytes: 200 });
    expect(await give(administrator, "policy.quota", { ...quota, bytesPerHour: 0 })).toBe("done");
    await alice.draw([bob], { bytes: 700 });
    await alice.disconnect();
    await bob.disconnect();
  });
});

describe("an alarm", () => {
  const raised: AlarmView = {
    id: "a1",
    link: "x~y",
    cause: "qber-high",
    severity: "alarm",
    text: "",
    raisedAt: 1000,
    clearedAt: null,
  };

  test("is kept with who acknowledged it, when and why, once", async () => {
    for (const tell of world.alarms) tell(raised);
    const { alarms } = world.administration;
    await until(
      "the alarm is kept",
      async () => (await alarms.list({ state: "standing", limit: 5 })).length === 1,
    );
    expect(await give(auditor, "alarm.acknowledge", { alarm: "a1", note: "seen" })).toBe("command.role");
    expect(await give(officer, "alarm.acknowledge", { alarm: "none", note: "" })).toBe("alarm.unknown");
    expect(await give(officer, "alarm.acknowledge", { alarm: "a1", note: "fibre works" })).toBe("done");
    expect(await give(administrator, "alarm.acknowledge", { alarm: "a1", note: "" })).toBe(
      "alarm.acknowledged",
    );
    const [kept] = await alarms.list({ state: "all", limit: 5 });
    expect(kept?.acknowledged).toMatchObject({ note: "fibre works" });
    expect(kept?.acknowledged?.by).toContain(toHex(officer.id).slice(0, 8));
  });

  test("that stood when the process ended is over afterwards", async () => {
    await world.restart();
    const [kept] = await world.administration.alarms.list({ state: "all", limit: 5 });
    expect(kept?.clearedAt).not.toBeNull();
    expect(await world.administration.alarms.list({ state: "standing", limit: 5 })).toEqual([]);
  });

  test("of a repeated key comes from the ledger", async () => {
    const { encodeRowBody } = await import("../../../lib/keys/ledger/ledger-row.ts");
    const body = encodeRowBody(
      { site: madrid, index: 0, at: 5000, kind: "alarm" },
      { cause: "key-repeated" },
    );
    await world.database.query(
      `INSERT INTO ledger_rows (site, "index", at, kind, body, hash) VALUES ($1, 0, 5000, 'alarm', $2, $3)`,
      [madrid, body, new Uint8Array(64)],
    );
    const open = await world.administration.alarms.list({ state: "open", limit: 5 });
    expect(open).toMatchObject([
      { place: "site", subject: madrid, cause: "key-repeated", acknowledged: null },
    ]);
  });
});

describe("roles", () => {
  test("given by an administrator count at once, and nobody changes their own", async () => {
    const user = { site: lisbon, user: toHex(auditor.user) };
    expect(await give(officer, "role.set", { ...user, roles: "administrator" })).toBe("command.role");
    expect(await give(administrator, "role.set", { ...user, roles: "king" })).toBe("command.argument");
    const own = { site: lisbon, user: toHex(administrator.user), roles: "" };
    expect(await give(administrator, "role.set", own)).toBe("role.own");
    const quota = { site: lisbon, level: "all", bytesPerHour: 0 };
    expect(await give(auditor, "policy.quota", quota)).toBe("command.role");
    expect(await give(administrator, "role.set", { ...user, roles: "administrator" })).toBe("done");
    expect(await give(auditor, "policy.quota", quota)).toBe("done");
    expect(await give(administrator, "role.set", { ...user, roles: "auditor" })).toBe("done");
    expect(await give(auditor, "policy.quota", quota)).toBe("command.role");
  });
});
