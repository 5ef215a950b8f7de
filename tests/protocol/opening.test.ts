import { beforeAll, describe, expect, test } from "vitest";
import { composeInEpoch, composeOtp } from "../../lib/protocol/composing.ts";
import { parseDeviceCertificate, signDeviceCertificate } from "../../lib/protocol/device-certificate.ts";
import { parseDrawRecord, signDrawRecord } from "../../lib/protocol/draw-record.ts";
import { decodeEnvelope, encodeEnvelope, signEnvelope } from "../../lib/protocol/envelope.ts";
import { openEpochStart } from "../../lib/protocol/epoch-opening.ts";
import { parseEpochStart, signEpochStart } from "../../lib/protocol/epoch-start.ts";
import { encodeHeader, type Header } from "../../lib/protocol/header.ts";
import { openEnvelope } from "../../lib/protocol/opening.ts";
import { payloadText } from "../../lib/protocol/payload.ts";
import { encryptOtp } from "../../lib/protocol/suite-otp.ts";
import type { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { randomUuid } from "../../lib/shared/uuid.ts";
import { TestConversation } from "./conversation.ts";
import { codeOf, expectCode, flipBit, random } from "./expectations.ts";
import { makeWorld, type TestDevice, type TestWorld } from "./world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let carol: TestDevice;
let mallory: TestDevice;
let talk: TestConversation;

beforeAll(async () => {
  world = await makeWorld();
  alice = await world.device("pt-lis-mne", "alice");
  bob = await world.device("es-mad-mae", "bob");
  carol = await world.device("pt-lis-mne", "carol");
  mallory = await world.device("es-mad-mae", "mallory");
  talk = await TestConversation.create(world, [alice, bob, carol]);
});

/** An OTP message whose header was changed by `change` before encryption, correctly encrypted and signed. */
async function sendChanged(change: (header: Header) => Header, signer = alice.signer) {
  const drawn = await talk.draw(alice, 1, 96);
  const draft = talk.draft("", 1);
  const header = change({
    suite: 1,
    conversation: talk.id,
    messageId: draft.messageId,
    senderDevice: alice.id,
    sequence: 1,
    parents: [],
    rosterHead: talk.roster.head,
    level: 0,
    drawRecordHash: drawn.record.hash,
    epochId: new Uint8Array(0),
    index: 0,
    sentAt: world.now,
    paddedLength: 64,
    resends: new Uint8Array(0),
  });
  const padded = new Uint8Array(64);
  padded.set([0xa2, 1, 1, 2, 0x61, 0x61, 0x80]);
  const bytes = encodeHeader(header);
  const { ciphertext, tag } = encryptOtp(drawn.key, bytes, padded);
  const envelope = await signEnvelope(bytes, ciphertext, tag, signer);
  return { bytes: envelope, record: drawn.record, key: drawn.receiverKey() };
}

describe("an OTP message", () => {
  test("opens for each named device, at the other site and at the sender's own", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("olá", 1));
    for (const receiver of [bob, carol]) {
      const opened = await openEnvelope(sent.bytes, talk.context(receiver, [sent]));
      expect(opened.payload).toEqual({ kind: 1, body: "olá" });
      expect(opened.missingParents).toEqual([]);
      expect(opened.gapBefore).toBe(false);
      expect(opened.consumed).toEqual([sent.key]);
    }
  });

  test("is a local record between devices of one site", async () => {
    const own = await TestConversation.create(world, [alice, carol]);
    const sent = await own.sendOtp(alice, own.draft("bom dia", 1));
    expect(sent.record.value.local).toBe(true);
    expect(payloadText((await openEnvelope(sent.bytes, own.context(carol, [sent]))).payload)).toBe("bom dia");
  });

  test("destroys the sender's key and refuses to use it again", async () => {
    const drawn = await talk.draw(alice, 1, 96);
    await composeOtp(talk.draft("once", 1), drawn.record, drawn.key, alice.signer);
    expect(drawn.key.destroyed).toBe(true);
    await expect(composeOtp(talk.draft("twice", 2), drawn.record, drawn.key, alice.signer)).rejects.toThrow(
      "already destroyed",
    );
  });

  test("a key that fits no message is destroyed too, never kept for another", async () => {
    const drawn = await talk.draw(alice, 1, 96);
    await expectCode(
      composeOtp(talk.draft("x".repeat(200), 1), drawn.record, drawn.key, alice.signer),
      "payload.too-long",
    );
    expect(drawn.key.destroyed).toBe(true);
  });

  test("refuses any flipped bit anywhere, and keeps the key for the true one", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("breaker 7 stays closed", 1));
    for (let at = 0; at < sent.bytes.length; at++) {
      const code = await codeOf(openEnvelope(flipBit(sent.bytes, at, at % 8), talk.context(bob, [sent])));
      expect(code, `byte ${at}`).not.toBe("accepted");
      expect(sent.key.destroyed).toBe(false);
    }
    expect(payloadText((await openEnvelope(sent.bytes, talk.context(bob, [sent]))).payload)).toContain(
      "breaker",
    );
  });

  test("refuses truncation and extension of the envelope and of each of its fields", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("exactly this", 1));
    const envelope = decodeEnvelope(sent.bytes);
    const refused: Uint8Array<ArrayBuffer>[] = [
      sent.bytes.slice(0, -1),
      new Uint8Array([...sent.bytes, 0]),
      encodeEnvelope({ ...envelope, header: new Uint8Array([...envelope.header, 0]) }),
      encodeEnvelope({ ...envelope, header: envelope.header.slice(0, -1) }),
      encodeEnvelope({ ...envelope, ciphertext: new Uint8Array([...envelope.ciphertext, 0]) }),
      encodeEnvelope({ ...envelope, ciphertext: envelope.ciphertext.slice(0, -1) }),
    ];
    for (const bytes of refused)
      expect(await codeOf(openEnvelope(bytes, talk.context(bob, [sent])))).not.toBe("accepted");
    expect(() => encodeEnvelope({ ...envelope, tag: random(15) })).toThrow();
    expect(() => encodeEnvelope({ ...envelope, signature: random(65) })).toThrow();
  });

  test("refuses a tag that fits another ciphertext even when the sender's key signs it", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("true", 1));
    const { header, ciphertext, tag } = decodeEnvelope(sent.bytes);
    const forged = await signEnvelope(header, flipBit(ciphertext, 3), tag, alice.signer);
    await expectCode(openEnvelope(forged, talk.context(bob, [sent])), "envelope.tag");
    expect(sent.key.destroyed).toBe(false);
  });

  test("who holds the key but not the sender's signing key cannot alter it", async () => {
    const sent = await sendChanged((header) => header, mallory.signer);
    await expectCode(openEnvelope(sent.bytes, talk.context(bob, [sent])), "envelope.signature");
  });

  test("refuses a replay after it was committed", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("once", 1));
    const context = talk.context(bob, [sent]);
    const opened = await openEnvelope(sent.bytes, context);
    context.receiver.commit(opened.change);
    await expectCode(openEnvelope(sent.bytes, context), "sequence.replayed");
  });

  test("changes nothing until its change is committed", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("again", 1));
    const context = talk.context(bob, [sent]);
    await openEnvelope(sent.bytes, context);
    expect(context.receiver.envelopeAt(alice.id, 1)).toBeUndefined();
    expect(context.receiver.usedBy(sent.record.hash)).toBeUndefined();
    expect(payloadText((await openEnvelope(sent.bytes, context)).payload)).toBe("again");
  });

  test("opens in its own conversation only", async () => {
    const other = await TestConversation.create(world, [alice, bob, carol]);
    const sent = await talk.sendOtp(alice, talk.draft("here", 1));
    await expectCode(openEnvelope(sent.bytes, other.context(bob, [sent])), "conversation.other");
  });

  test("is not taken back by its own sender", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("there", 1));
    await expectCode(openEnvelope(sent.bytes, talk.context(alice, [sent])), "sender.self");
  });

  test("raises the alarm when one device sends two messages as the same one", async () => {
    const first = await talk.sendOtp(alice, talk.draft("pay 10", 1));
    const second = await talk.sendOtp(alice, talk.draft("pay 99", 1));
    const context = talk.context(bob, [first, second]);
    context.receiver.commit((await openEnvelope(first.bytes, context)).change);
    await expectCode(openEnvelope(second.bytes, context), "sequence.device-copied");
  });

  test("raises the alarm when the named predecessor is not the one received, in either order", async () => {
    const one = await talk.sendOtp(alice, talk.draft("one", 1));
    const branch = await talk.sendOtp(alice, talk.draft("two", 2, [random(64)]));
    const forward = talk.context(bob, [one, branch]);
    forward.receiver.commit((await openEnvelope(one.bytes, forward)).change);
    await expectCode(openEnvelope(branch.bytes, forward), "sequence.device-copied");
    const backward = talk.context(bob, [one, branch]);
    backward.receiver.commit((await openEnvelope(branch.bytes, backward)).change);
    await expectCode(openEnvelope(one.bytes, backward), "sequence.device-copied");
  });

  test("shows a withheld message as a gap", async () => {
    const one = await talk.sendOtp(alice, talk.draft("withheld", 1));
    const two = await talk.sendOtp(alice, talk.draft("after", 2, [one.hash]));
    const opened = await openEnvelope(two.bytes, talk.context(bob, [one, two]));
    expect(opened.gapBefore).toBe(true);
    expect(opened.missingParents).toEqual([one.hash]);
  });

  test("must name the message before it, and none twice", async () => {
    const none = await talk.sendOtp(alice, talk.draft("orphan", 2));
    await expectCode(openEnvelope(none.bytes, talk.context(bob, [none])), "parents.missing");
    const parent = random(64);
    const twice = await talk.sendOtp(alice, talk.draft("twin", 2, [parent, parent]));
    await expectCode(openEnvelope(twice.bytes, talk.context(bob, [twice])), "parents.duplicate");
  });
});

describe("a header that lies", () => {
  const lies: readonly [string, (header: Header) => Header, string][] = [
    ["a suite this version does not speak", (h) => ({ ...h, suite: 5 }), "suite.unsupported"],
    ["a suite with an epoch, without one", (h) => ({ ...h, suite: 4 }), "header.epoch"],
    ["the weaker suite, without an epoch", (h) => ({ ...h, suite: 2 }), "header.epoch"],
    ["an epoch in suite OTP", (h) => ({ ...h, epochId: random(16) }), "header.epoch"],
    ["an index in suite OTP", (h) => ({ ...h, index: 1 }), "header.epoch"],
    ["a padded length that is no bucket", (h) => ({ ...h, paddedLength: 65 }), "header.padded-length"],
    ["another padded length", (h) => ({ ...h, paddedLength: 128 }), "envelope.length"],
    ["another conversation", (h) => ({ ...h, conversation: randomUuid() }), "conversation.other"],
    ["an unknown sender", (h) => ({ ...h, senderDevice: randomUuid() }), "certificate.unknown"],
    ["another member as sender", (h) => ({ ...h, senderDevice: carol.id }), "envelope.signature"],
    ["an unknown membership", (h) => ({ ...h, rosterHead: random(64) }), "roster.unknown-head"],
    ["a higher level than its suite carries", (h) => ({ ...h, level: 1 }), "level.suite-too-weak"],
    ["an unknown draw record", (h) => ({ ...h, drawRecordHash: random(64) }), "record.missing"],
  ];
  for (const [lie, change, code] of lies) {
    test(`about ${lie} is refused: ${code}`, async () => {
      const sent = await sendChanged(change);
      await expectCode(openEnvelope(sent.bytes, talk.context(bob, [sent])), code);
    });
  }

  test("about a level beyond the last is refused before anything else", async () => {
    await expect(sendChanged((header) => ({ ...header, level: 4 }))).rejects.toThrow();
  });

  test("of another version is refused", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("v2", 1));
    const envelope = decodeEnvelope(sent.bytes);
    const header = envelope.header.slice();
    expect([header[1], header[2]]).toEqual([1, 1]);
    header[2] = 2;
    await expectCode(
      openEnvelope(encodeEnvelope({ ...envelope, header }), talk.context(bob, [sent])),
      "version.unsupported",
    );
  });
});

describe("a draw record", () => {
  const wrong = async (changes: Parameters<TestConversation["draw"]>[3], signer?: TestDevice["signer"]) => {
    const sent = await talk.sendOtp(alice, talk.draft("hi", 1), {});
    const body = { ...sent.record.value, ...changes };
    const record = parseDrawRecord(await signDrawRecord(body, signer ?? world.site(body.masterSite).signer));
    const { header } = sent;
    const drawn = await talk.draw(alice, 1, 96);
    const key = drawn.receiverKey();
    const composed = { ...header, drawRecordHash: record.hash };
    const bytes = encodeHeader(composed);
    const sealed = encryptOtp(drawn.key, bytes, padHello());
    const envelope = await signEnvelope(bytes, sealed.ciphertext, sealed.tag, alice.signer);
    return { bytes: envelope, record, key };
  };
  const padHello = () => {
    const padded = new Uint8Array(64);
    padded.set([0xa2, 1, 1, 2, 0x61, 0x61, 0x80]);
    return padded;
  };

  const cases: readonly [string, () => ReturnType<typeof wrong>, string][] = [
    ["of another conversation", () => wrong({ conversation: randomUuid() }), "record.conversation"],
    ["of another membership", () => wrong({ rosterHead: random(64) }), "record.roster-head"],
    ["of another suite", () => wrong({ suite: 2 }), "record.suite"],
    ["of another sender", () => wrong({ drawingDevice: carol.id }), "record.sender"],
    ["of another length", () => wrong({ bytes: 160 }), "record.length"],
    [
      "from a site that is not the sender's",
      () => wrong({ masterSite: "es-mad-mae", slaveSites: ["pt-lis-mne"] }),
      "record.master-site",
    ],
    ["signed by another site", () => wrong({}, world.site("es-mad-mae").signer), "signature.ed25519"],
    ["signed by nobody known", () => wrong({}, mallory.signer), "signature.ed25519"],
    [
      "that names a device outside the conversation",
      () =>
        wrong({
          recipients: [
            { device: bob.id, site: bob.site },
            { device: mallory.id, site: mallory.site },
          ].sort((a, b) => Buffer.compare(a.device, b.device)),
        }),
      "record.ghost-recipient",
    ],
    [
      "that does not name this device",
      () => wrong({ recipients: [{ device: carol.id, site: carol.site }] }),
      "record.not-named",
    ],
  ];
  for (const [what, make, code] of cases) {
    test(`${what} is refused: ${code}`, async () => {
      const sent = await make();
      await expectCode(openEnvelope(sent.bytes, talk.context(bob, [sent])), code);
    });
  }

  test("serves one message only", async () => {
    const drawn = await talk.draw(alice, 1, 96);
    const again = () => drawn.receiverKey();
    const one = await composeOtp(talk.draft("one", 1), drawn.record, again(), alice.signer);
    const two = await composeOtp(talk.draft("two", 2, [one.hash]), drawn.record, again(), alice.signer);
    const context = talk.context(bob, [{ record: drawn.record, key: again() }]);
    context.receiver.commit((await openEnvelope(one.bytes, context)).change);
    await expectCode(openEnvelope(two.bytes, context), "record.used");
  });

  test("whose key has not come, or was consumed, is told apart from one that is wrong", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("later", 1));
    await expectCode(openEnvelope(sent.bytes, talk.context(bob, [])), "record.missing");
    const waiting = talk.context(bob, [{ record: sent.record, key: undefined }]);
    await expectCode(openEnvelope(sent.bytes, waiting), "key.missing");
    sent.key.destroy();
    await expectCode(openEnvelope(sent.bytes, talk.context(bob, [sent])), "key.missing");
  });

  test("with another message's key fails at the tag", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("mine", 1));
    const other = await talk.sendOtp(alice, talk.draft("other", 1));
    const swapped = talk.context(bob, [{ record: sent.record, key: other.key }]);
    await expectCode(openEnvelope(sent.bytes, swapped), "envelope.tag");
  });
});

describe("the sender's certificate", () => {
  test("must have been valid when the key was drawn", async () => {
    const late = await talk.sendOtp(alice, talk.draft("late", 1), {
      drawnAt: alice.certificate.value.notAfter + 1,
      expiry: alice.certificate.value.notAfter + 2,
    });
    await expectCode(openEnvelope(late.bytes, talk.context(bob, [late])), "certificate.expired");
  });

  test("may have lapsed since", async () => {
    const sent = await talk.sendOtp(alice, talk.draft("old but good", 1));
    const now = alice.certificate.value.notAfter + 1e9;
    expect(payloadText((await openEnvelope(sent.bytes, talk.context(bob, [sent], { now }))).payload)).toBe(
      "old but good",
    );
  });

  test("may be a renewed one with the same signing keys", async () => {
    const notBefore = alice.certificate.value.notAfter + 1;
    const body = { ...alice.certificate.value, notBefore, notAfter: notBefore + 1e8 };
    const conversation = await TestConversation.create(world, [alice, bob]);
    await conversation.certificates.add(await signDeviceCertificate(body, world.site(alice.site).signer));
    const sent = await conversation.sendOtp(alice, conversation.draft("next day", 1), {
      drawnAt: notBefore + 5,
      expiry: notBefore + 10,
    });
    const opened = await openEnvelope(sent.bytes, conversation.context(bob, [sent]));
    expect(payloadText(opened.payload)).toBe("next day");
  });

  test("with swapped keys under the same device is refused even when a listed site signs it", async () => {
    const conversation = await TestConversation.create(world, [alice, bob]);
    const swapped = { ...mallory.certificate.value, device: alice.id };
    const bytes = await signDeviceCertificate(swapped, world.site("es-mad-mae").signer);
    const onlySwapped = await TestConversation.create(world, [bob, mallory]);
    await onlySwapped.certificates.add(bytes);
    const drawn = await conversation.draw(alice, 1, 96);
    const forged = await composeOtp(
      conversation.draft("it is me", 1),
      drawn.record,
      drawn.key,
      mallory.signer,
    );
    const handed = [{ record: drawn.record, key: drawn.receiverKey() }];
    const context = conversation.context(bob, handed, { certificates: onlySwapped.certificates });
    await expectCode(openEnvelope(forged.bytes, context), "certificate.key-swapped");
  });

  test("of a site that is not in the list, or altered, is not even kept", async () => {
    const elsewhere = await makeWorld(["fr-par-mae"]);
    const stranger = await elsewhere.device("fr-par-mae", "stranger");
    await expectCode(talk.certificates.add(stranger.certificate.bytes), "certificate.unknown-site");
    const altered = flipBit(alice.certificate.bytes, 60);
    expect(await codeOf(talk.certificates.add(altered))).not.toBe("accepted");
    const own = parseDeviceCertificate(await signDeviceCertificate(mallory.certificate.value, alice.signer));
    await expectCode(talk.certificates.add(own.bytes), "signature.ed25519");
  });
});

describe("membership", () => {
  test("a message under an older membership opens and says so; a removed device's new one does not", async () => {
    const group = await TestConversation.create(world, [alice, bob, carol]);
    const before = await group.sendOtp(carol, group.draft("still here", 1));
    await group.append(alice, { kind: "remove", user: carol.user });
    const opened = await openEnvelope(before.bytes, group.context(bob, [before]));
    expect(opened.staleRoster).toBe(true);
    const after = await group.sendOtp(carol, group.draft("still here?", 2, [before.hash]));
    await expectCode(openEnvelope(after.bytes, group.context(bob, [after])), "roster.sender-absent");
  });

  test("a certified stranger is refused, and a member added later reads nothing older", async () => {
    const group = await TestConversation.create(world, [alice, bob]);
    const sent = await group.sendOtp(alice, group.draft("before", 1));
    await group.certificates.add(mallory.certificate.bytes);
    await group.certificates.add(carol.certificate.bytes);
    await group.append(alice, {
      kind: "add",
      member: {
        user: carol.user,
        site: carol.site,
        devices: [{ device: carol.id, certificateHash: carol.certificate.hash }],
        moderator: false,
      },
    });
    await expectCode(openEnvelope(sent.bytes, group.context(carol, [sent])), "roster.self-absent");
    const intruder = await group.sendOtp(mallory, group.draft("hello", 1));
    await expectCode(openEnvelope(intruder.bytes, group.context(bob, [intruder])), "roster.sender-absent");
  });

  test("a conversation that demands OTP refuses AES", async () => {
    const strict = await TestConversation.create(world, [alice, bob], { suiteMinimum: 1 });
    const epoch = await strict.startAes(alice);
    await expectCode(openEpochStart(epoch.bytes, strict.context(bob, [epoch])), "suite.below-minimum");
  });
});

describe("an AES epoch", () => {
  async function openedEpoch(receiver: TestDevice) {
    const started = await talk.startAes(alice);
    const context = talk.context(receiver, [started]);
    const opened = await openEpochStart(started.bytes, context);
    context.receiver.commit(opened.change);
    for (const secret of opened.consumed) secret.destroy();
    return { started, context };
  }

  test("carries many messages, in any order, each once", async () => {
    const { started, context } = await openedEpoch(bob);
    let epoch = started.epoch;
    const sent = [];
    for (let i = 0; i < 4; i++) {
      const parents = i === 0 ? [] : [sent[i - 1]!.hash];
      const one = await talk.sendAes(alice, talk.draft(`message ${i}`, i + 1, parents), epoch);
      epoch = one.epoch;
      sent.push(one);
    }
    for (const i of [0, 3, 1, 2]) {
      const opened = await openEnvelope(sent[i]!.bytes, context);
      expect(payloadText(opened.payload)).toBe(`message ${i}`);
      context.receiver.commit(opened.change);
      for (const secret of opened.consumed) secret.destroy();
    }
    for (const one of sent) await expectCode(openEnvelope(one.bytes, context), "sequence.replayed");
    expect(context.receiver.epoch(started.epoch.epochId)?.chain.skipped.size).toBe(0);
  });

  test("spends the sender's chain: the same position cannot be used twice", async () => {
    const { started } = await openedEpoch(bob);
    const one = await composeInEpoch(talk.draft("one", 1), started.epoch, alice.signer);
    expect(one.header.index).toBe(0);
    await expect(
      composeInEpoch(talk.draft("two", 2, [one.hash]), started.epoch, alice.signer),
    ).rejects.toThrow("already destroyed");
  });

  test("survives a forged envelope: nothing moves and the true one opens", async () => {
    const { started, context } = await openedEpoch(bob);
    const sent = await talk.sendAes(alice, talk.draft("true", 1), started.epoch);
    const { header, ciphertext, tag } = decodeEnvelope(sent.bytes);
    const forged = await signEnvelope(header, flipBit(ciphertext, 20), tag, alice.signer);
    await expectCode(openEnvelope(forged, context), "envelope.tag");
    expect(payloadText((await openEnvelope(sent.bytes, context)).payload)).toBe("true");
  });

  test("refuses any flipped bit of an envelope", async () => {
    const { started, context } = await openedEpoch(bob);
    const sent = await talk.sendAes(alice, talk.draft("grid", 1), started.epoch);
    for (let at = 0; at < sent.bytes.length; at++)
      expect(await codeOf(openEnvelope(flipBit(sent.bytes, at, at % 8), context)), `byte ${at}`).not.toBe(
        "accepted",
      );
    expect(payloadText((await openEnvelope(sent.bytes, context)).payload)).toBe("grid");
  });

  test("refuses any flipped bit of its start", async () => {
    const started = await talk.startAes(alice);
    for (let at = 0; at < started.bytes.length; at += 13) {
      const altered = flipBit(started.bytes, at, at % 8);
      expect(await codeOf(openEpochStart(altered, talk.context(bob, [started]))), `byte ${at}`).not.toBe(
        "accepted",
      );
    }
    expect((await openEpochStart(started.bytes, talk.context(bob, [started]))).start.suite).toBe(2);
  });

  test("is opened once, and its record serves no other", async () => {
    const { started, context } = await openedEpoch(bob);
    await expectCode(openEpochStart(started.bytes, context), "epoch.replayed");
  });

  test("with another key is noticed before any message", async () => {
    const started = await talk.startAes(alice);
    const other = await talk.startAes(alice);
    const context = talk.context(bob, [{ record: started.record, key: other.key }]);
    await expectCode(openEpochStart(started.bytes, context), "epoch.commit");
  });

  test("whose sender names another transcript is refused, though the key is the right one", async () => {
    const started = await talk.startAes(alice);
    const { value } = parseEpochStart(started.bytes);
    const lying = await signEpochStart({ ...value, transcript: random(64) }, alice.signer);
    await expectCode(openEpochStart(lying, talk.context(bob, [started])), "epoch.transcript");
  });

  test("unknown to the receiver makes its messages wait; another epoch's name is refused", async () => {
    const { started, context } = await openedEpoch(bob);
    const unopened = await talk.startAes(alice);
    const sent = await talk.sendAes(alice, talk.draft("early", 1), unopened.epoch);
    await expectCode(openEnvelope(sent.bytes, context), "epoch.unknown");
    const renamed = { ...unopened.epoch, epochId: started.epoch.epochId };
    const second = await talk.startAes(alice);
    const mixed = await talk.sendAes(alice, talk.draft("mixed", 1), {
      ...second.epoch,
      epochId: renamed.epochId,
    });
    await expectCode(openEnvelope(mixed.bytes, context), "epoch.mismatch");
  });

  test("gives every device the same text from one envelope", async () => {
    const started = await talk.startAes(alice);
    const sent = await talk.sendAes(alice, talk.draft("same for all", 1), started.epoch);
    const texts: string[] = [];
    for (const receiver of [bob, carol]) {
      const handed = [{ record: started.record, key: copyOf(started.key) }];
      const context = talk.context(receiver, handed);
      context.receiver.commit((await openEpochStart(started.bytes, context)).change);
      texts.push(payloadText((await openEnvelope(sent.bytes, context)).payload));
    }
    expect(texts).toEqual(["same for all", "same for all"]);
  });

  test("refuses a level above Unclassified when sending", async () => {
    const { started } = await openedEpoch(bob);
    const draft = { ...talk.draft("secret", 1), level: 2 };
    await expectCode(composeInEpoch(draft, started.epoch, alice.signer), "level.suite-too-weak");
    expect((await composeInEpoch(talk.draft("plain", 1), started.epoch, alice.signer)).header.index).toBe(0);
  });
});

function copyOf(key: SecretBytes): SecretBytes {
  return (key.constructor as typeof SecretBytes).copyOf(key.reveal());
}
