import { beforeAll, describe, expect, test } from "vitest";
import { startSendingEpoch } from "../../lib/protocol/composing.ts";
import { openEpochStart } from "../../lib/protocol/epoch-opening.ts";
import { openEnvelope } from "../../lib/protocol/opening.ts";
import { payloadText } from "../../lib/protocol/payload.ts";
import { toHex } from "../../lib/shared/hex.ts";
import { randomUuid } from "../../lib/shared/uuid.ts";
import { TestConversation } from "./conversation.ts";
import { codeOf, expectCode } from "./expectations.ts";
import { makeWorld, type TestDevice, type TestWorld } from "./world.ts";

const sites = ["pt-lis-mne", "es-mad-mae", "fr-par-mae", "it-rom-mae"];
let world: TestWorld;
let devices: TestDevice[];

beforeAll(async () => {
  world = await makeWorld(sites);
  devices = [];
  for (let i = 0; i < 257; i++) devices.push(await world.device(sites[i % sites.length]!, `${i}`));
}, 60_000);

const entry = (device: TestDevice) => ({ device: device.id, certificateHash: device.certificate.hash });
const member = (device: TestDevice) => ({
  user: device.user,
  site: device.site,
  devices: [entry(device)],
  moderator: false,
});

describe("one draw for many", () => {
  for (const size of [2, 5, 64, 256]) {
    test(`serves ${size} devices at ${Math.min(size, 4)} sites, in every suite, first and last alike`, async () => {
      const group = devices.slice(0, size);
      const talk = await TestConversation.create(world, group);
      const sender = group[1]!;
      const receivers = [group[0]!, group[size - 1]!].filter((one) => one !== sender);
      const otp = await talk.sendOtp(sender, talk.draft("one", 1));
      expect(otp.record.value.recipients).toHaveLength(size - 1);
      const otherSites = new Set(group.map(({ site }) => site)).size - 1;
      expect(otp.record.value.slaveSites).toHaveLength(otherSites);
      const aes = await talk.startEpoch(sender, 2);
      const two = await talk.sendAes(sender, talk.draft("two", 2, [otp.hash]), aes.epoch);
      const hybrid = await talk.startEpoch(sender, 3);
      const three = await talk.sendAes(sender, talk.draft("three", 3, [two.hash]), hybrid.epoch);
      const four = await talk.sendOtpHybrid(sender, talk.draft("four", 4, [three.hash]), three.epoch);
      for (const receiver of receivers) {
        const keys = [otp, aes, hybrid, four].map((one) => ({
          record: one.record,
          key: "receiverKey" in one ? one.receiverKey() : one.key,
        }));
        const context = talk.context(receiver, keys);
        for (const start of [aes, hybrid])
          context.receiver.commit((await openEpochStart(start.bytes, context)).change);
        const texts = [];
        for (const sent of [otp, two, three, four]) {
          const opened = await openEnvelope(sent.bytes, context);
          context.receiver.commit(opened.change);
          texts.push(payloadText(opened.payload));
        }
        expect(texts).toEqual(["one", "two", "three", "four"]);
      }
    }, 30_000);
  }

  test("a conversation of 257 devices is refused", async () => {
    expect(await codeOf(TestConversation.create(world, devices))).not.toBe("accepted");
  }, 30_000);
});

describe("a change of membership", () => {
  test("ends every epoch: no key drawn before serves after, whoever joins, leaves or changes device", async () => {
    const [alice, bob, carol] = devices as [TestDevice, TestDevice, TestDevice];
    const talk = await TestConversation.create(world, [alice, bob]);
    await talk.certificates.add(carol.certificate.bytes);
    const changes = [
      () => talk.append(alice, { kind: "add", member: member(carol) }),
      () => talk.append(alice, { kind: "role", user: bob.user, moderator: true }),
      () => talk.append(carol, { kind: "device-remove", user: carol.user, device: carol.id }),
      () => talk.append(carol, { kind: "device-add", user: carol.user, device: entry(carol) }),
      () => talk.append(carol, { kind: "remove", user: carol.user }),
    ];
    const keyOf = (device: Uint8Array<ArrayBuffer>) =>
      talk.certificates.ofDevice(device).at(-1)?.value.sealingKey;
    for (const change of changes) {
      const drawn = await talk.draw(alice, 3, 32);
      await change();
      const begun = startSendingEpoch(randomUuid(), drawn.record, drawn.key, talk.roster, alice.signer, 0, {
        sealingKeyOf: keyOf,
      });
      await expectCode(begun, "record.roster-head");
      expect(drawn.key.destroyed).toBe(true);
    }
  });

  test("keeps who left out: nothing is drawn, sealed or opened for them, and what they had stays readable", async () => {
    const [alice, bob, carol] = devices as [TestDevice, TestDevice, TestDevice];
    const talk = await TestConversation.create(world, [alice, bob, carol]);
    const before = await talk.startEpoch(alice, 3);
    const early = await talk.sendAes(alice, talk.draft("for three", 1), before.epoch);
    await talk.append(carol, { kind: "remove", user: carol.user });
    const after = await talk.startEpoch(alice, 3);
    const late = await talk.sendAes(alice, talk.draft("for two", 2, [early.hash]), after.epoch);
    expect(after.record.value.recipients.map(({ device }) => toHex(device))).toEqual([toHex(bob.id)]);
    const context = talk.context(carol, [before, after]);
    await expectCode(openEpochStart(after.bytes, context), "roster.self-absent");
    await expectCode(openEnvelope(late.bytes, context), "roster.self-absent");
    context.receiver.commit((await openEpochStart(before.bytes, context)).change);
    const opened = await openEnvelope(early.bytes, context);
    expect([payloadText(opened.payload), opened.staleRoster]).toEqual(["for three", true]);
  });

  test("cannot leave a conversation without moderator; the last one hands over first, or all leave", async () => {
    const [alice, bob] = devices as [TestDevice, TestDevice];
    const talk = await TestConversation.create(world, [alice, bob]);
    await expectCode(talk.append(alice, { kind: "remove", user: alice.user }), "roster.no-moderator");
    talk.events.pop();
    await talk.append(alice, { kind: "role", user: bob.user, moderator: true });
    await talk.append(alice, { kind: "remove", user: alice.user });
    await expectCode(talk.append(alice, { kind: "add", member: member(alice) }), "roster.unauthorised");
    talk.events.pop();
    await talk.append(bob, { kind: "remove", user: bob.user });
    expect(talk.roster.members.size).toBe(0);
  });
});
