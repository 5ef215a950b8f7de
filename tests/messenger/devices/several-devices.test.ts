import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VolatileStore } from "../../../lib/messenger/store/volatile-store.ts";
import type { FakeUser } from "../fakes/fake-gateway.ts";
import { type TestDevice, TestWorld, until, untilTexts } from "../fakes/world.ts";

let world: TestWorld;
let bob: TestDevice;
let alice: TestDevice;
let conversation: string;

beforeEach(async () => {
  world = await TestWorld.create();
  bob = await world.start(world.user("Bob", "madrid"));
  alice = await world.start(world.user("Alice", "lisbon"));
  conversation = await alice.engine.openConversation(bob.user.id);
  await alice.engine.send(conversation, "before", "OTP");
  await untilTexts(bob, conversation, ["before"]);
});
afterEach(() => world.close());

async function phase(device: TestDevice, wanted: string): Promise<void> {
  await until(device.engine, async () => (await device.engine.state()).phase === wanted);
}

/** A further device of a user, approved by the device they already have after comparing digits. */
async function further(first: TestDevice, user: FakeUser = first.user): Promise<TestDevice> {
  const second = await world.start(user, new VolatileStore(), false);
  await phase(second, "approval-needed");
  const shown = await second.engine.enrolment();
  const [waiting] = await first.engine.pendingDevices();
  expect(waiting?.digits).toBe(shown?.digits);
  await first.engine.approveDevice(waiting!.device, shown!.digits);
  await phase(second, "ready");
  return second;
}

async function devicesOf(device: TestDevice, user: FakeUser): Promise<number> {
  const { members } = (await device.engine.conversations()).find(({ id }) => id === conversation)!;
  return members.find((member) => member.user === user.id)!.devices;
}

async function untilDevices(device: TestDevice, user: FakeUser, count: number): Promise<void> {
  await until(device.engine, async () => (await devicesOf(device, user)) === count);
}

describe("a further device", () => {
  it("waits, is approved by its digits, joins, and gets what is written from then on, by its own person too", async () => {
    const tablet = await further(alice);
    await untilDevices(bob, alice.user, 2);
    await bob.engine.send(conversation, "to both", "OTP");
    for (const device of [alice, tablet])
      await until(device.engine, async () =>
        (await device.engine.messages(conversation)).some(({ text }) => text === "to both"),
      );
    await alice.engine.send(conversation, "from the first", "AES");
    await until(tablet.engine, async () =>
      (await tablet.engine.messages(conversation)).some(
        ({ text, mine }) => text === "from the first" && mine,
      ),
    );
    expect((await tablet.engine.messages(conversation)).map(({ text }) => text)).not.toContain("before");
    const timeline = await bob.engine.timeline(conversation);
    expect(timeline.map(({ kind }) => kind)).toContain("device-added");
  });

  it("is not approved by other digits than it shows", async () => {
    const second = await world.start(alice.user, new VolatileStore(), false);
    await phase(second, "approval-needed");
    const [waiting] = await alice.engine.pendingDevices();
    const wrong = waiting!.digits.replace(/\d/g, (digit) => String(9 - Number(digit)));
    await expect(alice.engine.approveDevice(waiting!.device, wrong)).rejects.toMatchObject({
      code: "approval.other-keys",
    });
    expect((await second.engine.state()).phase).toBe("approval-needed");
  });

  it("makes a verified contact ask first, and shows as changed", async () => {
    await bob.engine.setVerified(alice.user.id, true);
    await further(alice);
    await untilDevices(bob, alice.user, 2);
    await expect(bob.engine.send(conversation, "no", "OTP")).rejects.toMatchObject({
      code: "contact.devices-changed",
    });
    const devices = await bob.engine.contactDevices(alice.user.id);
    expect(devices.map(({ changed }) => changed).sort()).toEqual([false, true]);
    const shown = (await alice.engine.safetyNumber(conversation))!;
    expect(await bob.engine.compareSafetyCode(conversation, shown.qr)).toBe(true);
    expect((await bob.engine.contactDevices(alice.user.id)).some(({ changed }) => changed)).toBe(false);
    await bob.engine.send(conversation, "yes", "OTP");
  });

  it("is refused a code of other people", async () => {
    const carol = await world.start(world.user("Carol", "madrid"));
    const other = await carol.engine.openConversation(bob.user.id);
    const code = (await carol.engine.safetyNumber(other))!.qr;
    await expect(alice.engine.compareSafetyCode(conversation, code)).rejects.toMatchObject({
      code: "safety.other-people",
    });
  });
});

describe("a revoked device", () => {
  it("is signed out by another one in the middle of a conversation: erased, off the roster, out of the next keys", async () => {
    const tablet = await further(alice);
    await untilDevices(bob, alice.user, 2);
    await bob.engine.send(conversation, "by an open epoch", "AES");
    await until(tablet.engine, async () =>
      (await tablet.engine.messages(conversation)).some(({ text }) => text === "by an open epoch"),
    );
    const lost = (await tablet.engine.self())!.device;
    await alice.engine.signOutDevice(lost);
    await phase(tablet, "revoked");
    await untilDevices(bob, alice.user, 1);
    await bob.engine.send(conversation, "not for the lost one", "AES");
    await until(alice.engine, async () =>
      (await alice.engine.messages(conversation)).some(({ text }) => text === "not for the lost one"),
    );
    const epochs = world.relay.log(conversation).entries.filter(({ kind }) => kind === "epoch");
    expect(epochs).toHaveLength(2);
    expect(
      (await alice.engine.devices()).map(({ device, revoked }) => [device === lost, revoked]),
    ).toContainEqual([true, true]);
    for (const table of ["certificates", "messages", "epochs", "rosters"] as const)
      expect(await tablet.store.range(table, { prefix: "" })).toEqual([]);
    expect((await tablet.store.range("device", { prefix: "" })).map(({ key }) => key)).toEqual(["revoked"]);
  });

  it("gets nothing from a sender that knows, though a relay withholds the removal", async () => {
    const tablet = await further(alice);
    await untilDevices(bob, alice.user, 2);
    const lost = (await tablet.engine.self())!.device;
    world.relay.refuseRosters = true;
    await world.gateways.revoke(lost);
    await phase(tablet, "revoked");
    await until(bob.engine, async () =>
      (await bob.engine.contactDevices(alice.user.id)).some(({ revoked }) => revoked),
    );
    const named: string[] = [];
    world.gateways.beforeDraw = ({ recipients }) => {
      named.push(...recipients.map(({ device }) => Buffer.from(device).toString("hex")));
      return undefined;
    };
    await bob.engine.send(conversation, "only to the first", "OTP");
    await until(alice.engine, async () =>
      (await alice.engine.messages(conversation)).some(({ text }) => text === "only to the first"),
    );
    expect(named).not.toContain(lost);
    expect(await devicesOf(bob, alice.user)).toBe(2);
  });

  it("keeps its keys when only somebody on the way says that it was revoked", async () => {
    const device = (await bob.engine.self())!.device;
    for (const socket of [...world.gateways.devices.get(device)!.sockets]) socket.drop("device.revoked");
    await phase(bob, "failed");
    expect(await bob.store.get("device", "identity")).toBeDefined();
  });
});
