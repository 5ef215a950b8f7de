import { beforeAll, describe, expect, test } from "vitest";
import { composeOtpHybrid, type Draft, startSendingEpoch } from "../../lib/protocol/composing.ts";
import { decodeEnvelope, encodeEnvelope, signEnvelope } from "../../lib/protocol/envelope.ts";
import { deriveEpoch, epochTranscript } from "../../lib/protocol/epoch.ts";
import { openEpochStart } from "../../lib/protocol/epoch-opening.ts";
import {
  type EpochSealed,
  type EpochStart,
  parseEpochStart,
  signEpochStart,
} from "../../lib/protocol/epoch-start.ts";
import { decodeHeader, encodeHeader, type Header } from "../../lib/protocol/header.ts";
import { sealHybridSecret } from "../../lib/protocol/hybrid-secret.ts";
import { openEnvelope } from "../../lib/protocol/opening.ts";
import { payloadText } from "../../lib/protocol/payload.ts";
import { SecretBytes } from "../../lib/shared/secret-bytes.ts";
import { randomUuid } from "../../lib/shared/uuid.ts";
import { TestConversation } from "./conversation.ts";
import { codeOf, expectCode, flipBit, random } from "./expectations.ts";
import { makeWorld, type TestDevice, type TestWorld } from "./world.ts";

type Bytes = Uint8Array<ArrayBuffer>;

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let carol: TestDevice;
let talk: TestConversation;

beforeAll(async () => {
  world = await makeWorld();
  alice = await world.device("pt-lis-mne", "alice");
  bob = await world.device("es-mad-mae", "bob");
  carol = await world.device("es-mad-mae", "carol");
  talk = await TestConversation.create(world, [alice, bob, carol]);
});

type Started = Awaited<ReturnType<TestConversation["startEpoch"]>>;

/** A receiver that holds the epoch's key and has opened its start. */
async function joined(
  receiver: TestDevice,
  started: Started,
  pads: { record: Started["record"]; key: SecretBytes }[] = [],
) {
  const context = talk.context(receiver, [{ record: started.record, key: started.receiverKey() }, ...pads]);
  context.receiver.commit((await openEpochStart(started.bytes, context)).change);
  return context;
}

/** The same start with `change` made to its body, signed again by the sender. */
async function restart(started: Started, change: (start: EpochStart) => EpochStart): Promise<Bytes> {
  return signEpochStart(change(parseEpochStart(started.bytes).value), alice.signer);
}

function openStart(bytes: Bytes, started: Started, receiver = bob, changes = {}) {
  const handed = [{ record: started.record, key: started.receiverKey() }];
  return openEpochStart(bytes, talk.context(receiver, handed, changes));
}

const secretText = (text: string, sequence = 1, parents: Bytes[] = []): Draft => ({
  ...talk.draft(text, sequence, parents),
  level: 3,
});

describe("a HYBRID epoch", () => {
  test("opens for each recipient with its own sealing key, and carries Restricted", async () => {
    const started = await talk.startEpoch(alice, 3);
    const sent = await talk.sendAes(alice, { ...talk.draft("nota", 1), level: 1 }, started.epoch);
    for (const receiver of [bob, carol]) {
      const opened = await openEnvelope(sent.bytes, await joined(receiver, started));
      expect(payloadText(opened.payload)).toBe("nota");
      expect(opened.header.suite).toBe(3);
    }
  });

  test("the QKD key alone does not open it: another sealing key gets nothing", async () => {
    const started = await talk.startEpoch(alice, 3);
    const stranger = { sealingSeeds: () => [carol.sealing.seed] };
    await expectCode(openStart(started.bytes, started, bob, stranger), "epoch.sealed-open");
    await expectCode(
      openStart(started.bytes, started, bob, { sealingSeeds: undefined }),
      "epoch.sealed-open",
    );
  });

  test("opens with the sealing key before the current one", async () => {
    const started = await talk.startEpoch(alice, 3);
    const renewed = { sealingSeeds: () => [SecretBytes.random(32), bob.sealing.seed] };
    expect((await openStart(started.bytes, started, bob, renewed)).change.epoch?.suite).toBe(3);
  });

  test("the sealed secret alone does not open it: another QKD key gets nothing", async () => {
    const started = await talk.startEpoch(alice, 3);
    const context = talk.context(bob, [{ record: started.record, key: SecretBytes.random(32) }]);
    await expectCode(openEpochStart(started.bytes, context), "epoch.commit");
  });

  test("refuses swapped, missing, foreign and added sealed secrets, though the sender signs them", async () => {
    const started = await talk.startEpoch(alice, 3);
    const other = parseEpochStart((await talk.startEpoch(alice, 3)).bytes).value.sealed;
    const { sealed } = parseEpochStart(started.bytes).value;
    const [one, two] = sealed as [EpochSealed, EpochSealed];
    const swapped = [
      { ...one, device: two.device },
      { ...two, device: one.device },
    ];
    const cases: [EpochSealed[], string][] = [
      [[two, one], "epoch.sealed"],
      [swapped, "epoch.sealed"],
      [[{ ...one, sealed: two.sealed, encapsulation: two.encapsulation }, two], "epoch.transcript"],
      [[{ ...one, sealed: two.sealed }, two], "epoch.transcript"],
      [[one], "epoch.sealed"],
      [[], "epoch.sealed"],
      [[one, two, two], "epoch.sealed"],
      [[...other], "epoch.transcript"],
      [[one, { ...two, device: random(16) }], "epoch.sealed"],
    ];
    for (const [list, code] of cases)
      await expectCode(
        openStart(await restart(started, (start) => ({ ...start, sealed: list })), started),
        code,
      );
  });

  test("two members cannot be given different secrets: at least one refuses", async () => {
    const drawn = await talk.draw(alice, 3, 32);
    const epochId = randomUuid();
    const binding = { epochId, recordHash: drawn.record.hash, record: drawn.record.value };
    const keyOf = (device: Bytes) => talk.certificates.ofDevice(device).at(-1)?.value.sealingKey;
    const [s, t] = [SecretBytes.random(32), SecretBytes.random(32)];
    const [forOne] = await sealHybridSecret(s, binding, keyOf);
    const [, forTwo] = await sealHybridSecret(t, binding, keyOf);
    const sealed = [forOne!, forTwo!];
    const transcript = epochTranscript(drawn.record, talk.roster, sealed);
    const { commit } = deriveEpoch(drawn.key, transcript, talk.id, alice.id, s);
    const start = {
      suite: 3,
      conversation: talk.id,
      senderDevice: alice.id,
      epochId,
      rosterHead: talk.roster.head,
      drawRecordHash: drawn.record.hash,
      transcript,
      commit,
      startedAt: world.now,
      sealed,
    };
    const bytes = await signEpochStart(start, alice.signer);
    const codes = [];
    for (const receiver of [bob, carol])
      codes.push(
        await codeOf(
          openEpochStart(bytes, talk.context(receiver, [{ record: drawn.record, key: drawn.receiverKey() }])),
        ),
      );
    expect(codes.sort()).toEqual(["accepted", "epoch.commit"]);
  });

  test("a member given garbage in place of its secret says so; it is no silent loss", async () => {
    const drawn = await talk.draw(alice, 3, 32);
    const epochId = randomUuid();
    const binding = { epochId, recordHash: drawn.record.hash, record: drawn.record.value };
    const keyOf = (device: Bytes) => talk.certificates.ofDevice(device).at(-1)?.value.sealingKey;
    const s = SecretBytes.random(32);
    const [one, two] = (await sealHybridSecret(s, binding, keyOf)) as [EpochSealed, EpochSealed];
    const sealed = [one, { ...two, sealed: random(48) }];
    const transcript = epochTranscript(drawn.record, talk.roster, sealed);
    const { commit } = deriveEpoch(drawn.key, transcript, talk.id, alice.id, s);
    const like = await talk.startEpoch(alice, 3);
    const facts = { epochId, drawRecordHash: drawn.record.hash, transcript, commit, sealed };
    const bytes = await restart(like, (start) => ({ ...start, ...facts }));
    const codes = [];
    for (const receiver of [bob, carol]) {
      const handed = [{ record: drawn.record, key: drawn.receiverKey() }];
      codes.push(await codeOf(openEpochStart(bytes, talk.context(receiver, handed))));
    }
    expect(codes.sort()).toEqual(["accepted", "epoch.sealed-open"]);
  });

  test("its messages open in their conversation, direction and position only, and once", async () => {
    const started = await talk.startEpoch(alice, 3);
    const first = await talk.sendAes(alice, talk.draft("one", 1), started.epoch);
    const second = await talk.sendAes(alice, talk.draft("two", 2, [first.hash]), first.epoch);
    const context = await joined(bob, started);
    await expectCode(
      openEnvelope(first.bytes, { ...context, conversation: random(16) }),
      "conversation.other",
    );
    await expectCode(openEnvelope(first.bytes, { ...context, self: alice.id }), "sender.self");
    const { header, ciphertext, tag } = decodeEnvelope(second.bytes);
    const moved = encodeHeader({ ...decodeHeader(header), index: 0 });
    const forged = await signEnvelope(moved, ciphertext, tag, alice.signer);
    await expectCode(openEnvelope(forged, context), "envelope.tag");
    const byMember = await signEnvelope(header, ciphertext, tag, carol.signer);
    await expectCode(openEnvelope(byMember, context), "envelope.signature");
    context.receiver.commit((await openEnvelope(second.bytes, context)).change);
    context.receiver.commit((await openEnvelope(first.bytes, context)).change);
    await expectCode(openEnvelope(first.bytes, context), "sequence.replayed");
    const again = encodeHeader({ ...decodeHeader(header), sequence: 3, parents: [second.hash] });
    const reused = await signEnvelope(again, ciphertext, tag, alice.signer);
    await expectCode(openEnvelope(reused, context), "chain.used");
    await expectCode(openEpochStart(started.bytes, context), "epoch.replayed");
  });

  test("a secret sealed for one epoch opens in no other, even when transcript and commit are made to fit", async () => {
    const earlier = await talk.startEpoch(alice, 3);
    const { sealed } = parseEpochStart(earlier.bytes).value;
    const drawn = await talk.draw(alice, 3, 32);
    const transcript = epochTranscript(drawn.record, talk.roster, sealed);
    const { commit } = deriveEpoch(drawn.key, transcript, talk.id, alice.id, SecretBytes.random(32));
    const bytes = await restart(earlier, (start) => ({
      ...start,
      drawRecordHash: drawn.record.hash,
      transcript,
      commit,
    }));
    const context = talk.context(bob, [{ record: drawn.record, key: drawn.receiverKey() }]);
    await expectCode(openEpochStart(bytes, context), "epoch.sealed-open");
  });

  test("refuses a start of another suite, another record, another epoch's commit, and any flipped bit", async () => {
    const started = await talk.startEpoch(alice, 3);
    const aes = await talk.startEpoch(alice, 2);
    const as = (suite: number) => restart(started, (start) => ({ ...start, suite, sealed: [] }));
    await expectCode(openStart(await as(2), started), "record.suite");
    await expectCode(openStart(await as(4), started), "suite.no-epoch");
    await expectCode(openStart(await as(1), started), "suite.no-epoch");
    const asHybrid = await restart(aes, (start) => ({ ...start, suite: 3 }));
    await expectCode(openStart(asHybrid, aes), "record.suite");
    const moved = await restart(started, (start) => ({ ...start, drawRecordHash: aes.record.hash }));
    await expectCode(openStart(moved, started), "record.missing");
    const commit = await restart(started, (start) => ({ ...start, commit: random(32) }));
    await expectCode(openStart(commit, started), "epoch.commit");
    for (let at = 0; at < started.bytes.length; at += 97)
      expect(await codeOf(openStart(flipBit(started.bytes, at, at % 8), started)), `byte ${at}`).not.toBe(
        "accepted",
      );
    for (const bytes of [started.bytes.slice(0, -1), new Uint8Array([...started.bytes, 0])])
      expect(await codeOf(openStart(bytes, started))).not.toBe("accepted");
  });

  test("is not begun without every recipient's sealing key, nor with a key of another suite or membership", async () => {
    const begin = async (suite: 2 | 3, sealingKeyOf: () => Bytes | undefined) => {
      const drawn = await talk.draw(alice, suite, 32);
      const start = startSendingEpoch(randomUuid(), drawn.record, drawn.key, talk.roster, alice.signer, 0, {
        sealingKeyOf,
      });
      const code = await codeOf(start);
      expect(drawn.key.destroyed).toBe(true);
      return code;
    };
    expect(await begin(3, () => undefined)).toBe("certificate.unknown");
    expect(await begin(2, () => bob.sealing.publicKey)).toBe("record.suite");
  });

  test("carries nothing that demands a one-time pad, and a stronger conversation refuses its messages", async () => {
    const started = await talk.startEpoch(alice, 3);
    await expectCode(
      talk.sendAes(alice, { ...talk.draft("no", 1), level: 2 }, started.epoch),
      "level.suite-too-weak",
    );
    const strict = await TestConversation.create(world, [alice, bob], { suiteMinimum: 4 });
    const epoch = await strict.startEpoch(alice, 3);
    const sent = await strict.sendAes(alice, strict.draft("weak", 1), epoch.epoch);
    const context = strict.context(bob, [epoch]);
    context.receiver.commit((await openEpochStart(epoch.bytes, context)).change);
    await expectCode(openEnvelope(sent.bytes, context), "suite.below-minimum");
    const weaker = await strict.startEpoch(alice, 2);
    await expectCode(openEpochStart(weaker.bytes, strict.context(bob, [weaker])), "suite.below-minimum");
  });
});

describe("an OTP_HYBRID message", () => {
  test("carries Secret under pad and epoch, shares the epoch with HYBRID messages, and destroys its pad", async () => {
    const started = await talk.startEpoch(alice, 3);
    const first = await talk.sendAes(alice, talk.draft("aviso", 1), started.epoch);
    const second = await talk.sendOtpHybrid(alice, secretText("plano", 2, [first.hash]), first.epoch);
    const context = await joined(bob, started, [second]);
    for (const [sent, text] of [
      [first, "aviso"],
      [second, "plano"],
    ] as const) {
      const opened = await openEnvelope(sent.bytes, context);
      expect(payloadText(opened.payload)).toBe(text);
      context.receiver.commit(opened.change);
    }
    await expectCode(openEnvelope(second.bytes, context), "sequence.replayed");
    expect(context.receiver.usedBy(second.record.hash)).toEqual(second.hash);
    expect(second.record.value.bytes).toBe(64 + 28 + 32);
  });

  test("neither the pad nor the epoch alone is enough", async () => {
    const started = await talk.startEpoch(alice, 3);
    const sent = await talk.sendOtpHybrid(alice, secretText("x"), started.epoch);
    const noEpoch = talk.context(bob, [sent]);
    await expectCode(openEnvelope(sent.bytes, noEpoch), "epoch.unknown");
    await expectCode(openEnvelope(sent.bytes, await joined(bob, started)), "record.missing");
    const wrongPad = await joined(bob, started, [{ record: sent.record, key: SecretBytes.random(124) }]);
    await expectCode(openEnvelope(sent.bytes, wrongPad), "envelope.tag");
    const none = await joined(bob, started, [{ record: sent.record, key: undefined as never }]);
    await expectCode(openEnvelope(sent.bytes, none), "key.missing");
  });

  test("an epoch of the same id with another secret refuses the inner part, and burns nothing", async () => {
    const started = await talk.startEpoch(alice, 3);
    const sent = await talk.sendOtpHybrid(alice, secretText("x"), started.epoch);
    const context = await joined(bob, started, [sent]);
    const epoch = context.receiver.epoch(started.epoch.epochId)!;
    const forged = { ...epoch, chain: { ...epoch.chain, chainKey: SecretBytes.random(32) } };
    const lying = { ...context, receiver: { ...memory(context), epoch: () => forged } };
    await expectCode(openEnvelope(sent.bytes, lying as never), "envelope.tag");
    expect(sent.key.destroyed).toBe(false);
    expect(payloadText((await openEnvelope(sent.bytes, context)).payload)).toBe("x");
  });

  const memory = (context: Awaited<ReturnType<typeof joined>>) => ({
    envelopeAt: () => undefined,
    isKnown: () => false,
    usedBy: () => undefined,
    epoch: (id: Bytes) => context.receiver.epoch(id),
  });

  test("refuses any flipped bit, truncation and extension", async () => {
    const started = await talk.startEpoch(alice, 3);
    const sent = await talk.sendOtpHybrid(alice, secretText("breaker 7"), started.epoch);
    const context = await joined(bob, started, [sent]);
    for (let at = 0; at < sent.bytes.length; at += 5)
      expect(await codeOf(openEnvelope(flipBit(sent.bytes, at, at % 8), context)), `${at}`).not.toBe(
        "accepted",
      );
    const envelope = decodeEnvelope(sent.bytes);
    for (const ciphertext of [envelope.ciphertext.slice(1), new Uint8Array([...envelope.ciphertext, 0])])
      await expectCode(openEnvelope(encodeEnvelope({ ...envelope, ciphertext }), context), "envelope.length");
    expect((await openEnvelope(sent.bytes, context)).header.suite).toBe(4);
  });

  /** The message with a header that lies, signed by its sender, who holds every key. */
  async function lie(started: Started, change: (header: Header) => Header) {
    const sent = await talk.sendOtpHybrid(alice, secretText("x"), started.epoch);
    const { header, ciphertext, tag } = decodeEnvelope(sent.bytes);
    const changed = encodeHeader(change(decodeHeader(header)));
    return { ...sent, bytes: await signEnvelope(changed, ciphertext, tag, alice.signer) };
  }

  const lies: [string, (header: Header, started: Started) => Header, string][] = [
    ["a lower level", (h) => ({ ...h, level: 0 }), "envelope.tag"],
    ["another index", (h) => ({ ...h, index: 1 }), "envelope.tag"],
    ["the weaker suite HYBRID", (h) => ({ ...h, suite: 3 }), "envelope.length"],
    ["the weaker suite OTP", (h) => ({ ...h, suite: 1 }), "header.epoch"],
    ["an epoch that is not known", (h) => ({ ...h, epochId: random(16) }), "epoch.unknown"],
    [
      "the epoch's own record as its pad",
      (h, started) => ({ ...h, drawRecordHash: started.record.hash }),
      "epoch.mismatch",
    ],
  ];
  for (const [what, change, code] of lies) {
    test(`that claims ${what} is refused: ${code}`, async () => {
      const started = await talk.startEpoch(alice, 3);
      const sent = await lie(started, (header) => change(header, started));
      await expectCode(openEnvelope(sent.bytes, await joined(bob, started, [sent])), code);
    });
  }

  test("cannot use an epoch of AES, or a pad drawn for OTP, at either end", async () => {
    const aes = await talk.startEpoch(alice, 2);
    const hybrid = await talk.startEpoch(alice, 3);
    const drawn = await talk.draw(alice, 1, 124);
    const text = secretText("x");
    await expectCode(
      composeOtpHybrid(text, hybrid.epoch, drawn.record, drawn.key, alice.signer),
      "record.suite",
    );
    expect(drawn.key.destroyed).toBe(true);
    await expectCode(talk.sendOtpHybrid(alice, text, aes.epoch), "record.suite");
    const again = await talk.startEpoch(alice, 3);
    const sent = await lie(again, (header) => ({ ...header, epochId: aes.epoch.epochId }));
    const context = await joined(bob, aes, [sent]);
    await expectCode(openEnvelope(sent.bytes, context), "epoch.mismatch");
  });

  test("serves one message for each pad and one for each place in the epoch", async () => {
    const started = await talk.startEpoch(alice, 3);
    const first = await talk.sendOtpHybrid(alice, secretText("one"), started.epoch);
    const drawn = { record: first.record, key: first.receiverKey() };
    const again = await composeOtpHybrid(
      secretText("two", 2, [first.hash]),
      first.epoch,
      drawn.record,
      drawn.key,
      alice.signer,
    );
    const context = await joined(bob, started, [{ record: first.record, key: first.receiverKey() }]);
    context.receiver.commit((await openEnvelope(first.bytes, context)).change);
    await expectCode(openEnvelope(again.bytes, context), "record.used");
    await expect(
      composeOtpHybrid(secretText("x"), started.epoch, first.record, SecretBytes.random(124), alice.signer),
    ).rejects.toThrow("already destroyed");
  });
});
