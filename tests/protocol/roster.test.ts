import { beforeAll, describe, expect, test } from "vitest";
import { signDeviceCertificate } from "../../lib/protocol/device-certificate.ts";
import { applyRoster, applyRosterEvent, type Roster, rosterAt } from "../../lib/protocol/roster.ts";
import {
  decodeRosterEvent,
  encodeRosterEvent,
  type RosterChange,
  type RosterEvent,
  signRosterEvent,
} from "../../lib/protocol/roster-event.ts";
import { toHex } from "../../lib/shared/hex.ts";
import { TestConversation } from "./conversation.ts";
import { codeOf, expectCode, flipBit, random } from "./expectations.ts";
import { makeWorld, type TestDevice, type TestWorld } from "./world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let bobSecond: TestDevice;
let bobApproved: TestDevice;
let mallory: TestDevice;

beforeAll(async () => {
  world = await makeWorld();
  alice = await world.device("pt-lis-mne", "alice");
  bob = await world.device("es-mad-mae", "bob");
  bobSecond = await world.device("es-mad-mae", "bob's other", { user: bob.user });
  bobApproved = await world.device("es-mad-mae", "bob's approved", { user: bob.user, assurance: 1 });
  mallory = await world.device("es-mad-mae", "mallory");
});

async function group(): Promise<TestConversation> {
  const made = await TestConversation.create(world, [alice, bob]);
  for (const one of [bobSecond, bobApproved, mallory]) await made.certificates.add(one.certificate.bytes);
  return made;
}

const entry = (device: TestDevice) => ({ device: device.id, certificateHash: device.certificate.hash });
const memberOf = (device: TestDevice, moderator = false) => ({
  user: device.user,
  site: device.site,
  devices: [entry(device)],
  moderator,
});

function attempt(
  talk: TestConversation,
  author: TestDevice,
  change: RosterChange,
  changes: Partial<RosterEvent> = {},
) {
  const base = {
    conversation: talk.id,
    previous: talk.roster.head,
    author: author.id,
    at: world.now,
    change,
  };
  return signRosterEvent({ ...base, ...changes }, author.signer).then((bytes) =>
    applyRosterEvent(talk.roster, bytes, (hash) => talk.certificates.get(hash)),
  );
}

describe("the roster", () => {
  test("is made by its creator, changed by moderators, and every past head can be looked up", async () => {
    const talk = await group();
    const first = talk.roster.head;
    await talk.append(alice, { kind: "add", member: memberOf(mallory) });
    const second = talk.roster.head;
    await talk.append(alice, { kind: "role", user: bob.user, moderator: true });
    await talk.append(bob, { kind: "remove", user: mallory.user });
    expect([...talk.roster.devices.keys()].sort()).toEqual([toHex(alice.id), toHex(bob.id)].sort());
    expect(rosterAt(talk.roster, second)?.devices.has(toHex(mallory.id))).toBe(true);
    expect(rosterAt(talk.roster, first)?.devices.has(toHex(mallory.id))).toBe(false);
    expect(rosterAt(talk.roster, random(64))).toBeUndefined();
    expect(talk.roster.length).toBe(4);
  });

  test("refuses a fork, another conversation, a second creation and a log that does not begin", async () => {
    const talk = await group();
    const remove: RosterChange = { kind: "remove", user: bob.user };
    await expectCode(attempt(talk, alice, remove, { previous: random(64) }), "roster.fork");
    await expectCode(attempt(talk, alice, remove, { conversation: random(16) }), "roster.conversation");
    await expectCode(
      attempt(talk, alice, { kind: "create", members: [memberOf(alice, true)] }),
      "roster.fork",
    );
    const orphan = await signRosterEvent(
      { conversation: talk.id, previous: new Uint8Array(0), author: alice.id, at: world.now, change: remove },
      alice.signer,
    );
    await expectCode(
      applyRoster([orphan], (hash) => talk.certificates.get(hash)),
      "roster.fork",
    );
    await expectCode(
      applyRoster([], () => undefined),
      "roster.empty",
    );
  });

  test("an event withheld in the middle is noticed", async () => {
    const talk = await group();
    await talk.append(alice, { kind: "add", member: memberOf(mallory) });
    await talk.append(alice, { kind: "remove", user: mallory.user });
    await talk.append(alice, { kind: "role", user: bob.user, moderator: true });
    const withheld = talk.events.filter((_, i) => i !== 2);
    await expectCode(
      applyRoster(withheld, (hash) => talk.certificates.get(hash)),
      "roster.fork",
    );
  });

  test("no bit of an event may change", async () => {
    const talk = await group();
    const event = talk.events[0]!;
    for (let at = 0; at < event.length; at += 3) {
      const altered = flipBit(event, at, at % 8);
      expect(await codeOf(applyRoster([altered], (hash) => talk.certificates.get(hash))), `${at}`).not.toBe(
        "accepted",
      );
    }
  });

  test("a ghost member cannot be added by anyone but a moderator", async () => {
    const talk = await group();
    const add: RosterChange = { kind: "add", member: memberOf(mallory) };
    await expectCode(attempt(talk, bob, add), "roster.unauthorised");
    await expectCode(attempt(talk, mallory, add), "roster.unauthorised");
    const forged = await signRosterEvent(
      { conversation: talk.id, previous: talk.roster.head, author: alice.id, at: world.now, change: add },
      mallory.signer,
    );
    await expectCode(
      applyRosterEvent(talk.roster, forged, (hash) => talk.certificates.get(hash)),
      "signature.ed25519",
    );
  });

  test("a ghost device of a user who has one needs that one, or an officer's approval", async () => {
    const talk = await group();
    const add = (device: TestDevice): RosterChange => ({
      kind: "device-add",
      user: bob.user,
      device: entry(device),
    });
    await expectCode(attempt(talk, bobSecond, add(bobSecond)), "roster.unauthorised");
    await expectCode(attempt(talk, alice, add(bobSecond)), "roster.unauthorised");
    await expectCode(attempt(talk, mallory, add(mallory)), "roster.certificate-mismatch");
    expect((await attempt(talk, bob, add(bobSecond))).devices.has(toHex(bobSecond.id))).toBe(true);
    expect((await attempt(talk, bobApproved, add(bobApproved))).devices.has(toHex(bobApproved.id))).toBe(
      true,
    );
  });

  test("a user's first device enters by itself while its certificate is valid", async () => {
    const talk = await TestConversation.create(world, [alice]);
    await talk.certificates.add(bob.certificate.bytes);
    await talk.append(alice, { kind: "add", member: { ...memberOf(bob), devices: [] } });
    const add: RosterChange = { kind: "device-add", user: bob.user, device: entry(bob) };
    await expectCode(
      attempt(talk, bob, add, { at: bob.certificate.value.notAfter + 1e9 }),
      "roster.unauthorised",
    );
    const roster: Roster = await attempt(talk, bob, add);
    expect(roster.members.get(toHex(bob.user))?.devices).toEqual([toHex(bob.id)]);
  });

  test("a member may leave and remove their own devices; others' they may not", async () => {
    const talk = await group();
    expect((await attempt(talk, bob, { kind: "remove", user: bob.user })).members.size).toBe(1);
    await expectCode(attempt(talk, bob, { kind: "remove", user: alice.user }), "roster.unauthorised");
    const own: RosterChange = { kind: "device-remove", user: bob.user, device: bob.id };
    expect((await attempt(talk, bob, own)).devices.size).toBe(1);
    const other: RosterChange = { kind: "device-remove", user: alice.user, device: alice.id };
    await expectCode(attempt(talk, bob, other), "roster.unauthorised");
    await expectCode(
      attempt(talk, bob, { kind: "role", user: bob.user, moderator: true }),
      "roster.unauthorised",
    );
  });

  test("keeps a moderator, and no member or device twice", async () => {
    const talk = await group();
    await expectCode(attempt(talk, alice, { kind: "remove", user: alice.user }), "roster.no-moderator");
    const role: RosterChange = { kind: "role", user: alice.user, moderator: false };
    await expectCode(attempt(talk, alice, role), "roster.no-moderator");
    await expectCode(attempt(talk, alice, { kind: "add", member: memberOf(bob) }), "roster.duplicate");
    await expectCode(attempt(talk, alice, { kind: "remove", user: mallory.user }), "roster.absent");
  });

  test("a device whose certificate names another user, or is unknown, does not enter", async () => {
    const talk = await group();
    const stolen = { ...memberOf(mallory), user: random(16) };
    await expectCode(attempt(talk, alice, { kind: "add", member: stolen }), "roster.certificate-mismatch");
    const elsewhere = { ...memberOf(mallory), site: "pt-lis-mne" };
    await expectCode(attempt(talk, alice, { kind: "add", member: elsewhere }), "roster.certificate-mismatch");
    const swapped = await signDeviceCertificate(
      { ...mallory.certificate.value, ed25519Key: random(32) },
      world.site("es-mad-mae").signer,
    );
    expect(swapped.length).toBeGreaterThan(0);
    const unknown = { ...memberOf(mallory), devices: [{ device: mallory.id, certificateHash: random(64) }] };
    await expectCode(attempt(talk, alice, { kind: "add", member: unknown }), "roster.certificate-unknown");
  });

  test("an event of an unknown kind is refused", async () => {
    const talk = await group();
    const body = encodeRosterEvent({
      conversation: talk.id,
      previous: talk.roster.head,
      author: alice.id,
      at: 1,
      change: { kind: "remove", user: bob.user },
    });
    const at = body.indexOf(4, 80);
    const changed = body.slice();
    expect([changed[at], changed[at + 1]]).toEqual([4, 3]);
    changed[at + 1] = 9;
    await expectCode(() => decodeRosterEvent(changed), "roster.kind-unknown");
  });
});
