import { beforeAll, describe, expect, test } from "vitest";
import { noteResent, openEnvelope } from "../../lib/protocol/opening.ts";
import { payloadText } from "../../lib/protocol/payload.ts";
import {
  checkResendRequest,
  parseResendRequest,
  type ResendRequest,
  resendReasons,
  resendsPerDevice,
  signResendRequest,
} from "../../lib/protocol/resend-request.ts";
import { TestConversation } from "./conversation.ts";
import { expectCode, random } from "./expectations.ts";
import { makeWorld, type TestDevice, type TestWorld } from "./world.ts";

let world: TestWorld;
let alice: TestDevice;
let bob: TestDevice;
let carol: TestDevice;
let dave: TestDevice;
let talk: TestConversation;

beforeAll(async () => {
  world = await makeWorld();
  alice = await world.device("pt-lis-mne", "alice");
  bob = await world.device("es-mad-mae", "bob");
  carol = await world.device("es-mad-mae", "carol");
  dave = await world.device("es-mad-mae", "dave");
  talk = await TestConversation.create(world, [alice, bob, carol]);
});

describe("a re-send request", () => {
  const ask = async (device: TestDevice, changes: Partial<ResendRequest> = {}, signer = device.signer) => {
    const request = { conversation: talk.id, device: device.id, envelope: random(64), at: world.now };
    return parseResendRequest(
      await signResendRequest({ ...request, reason: resendReasons.keyLost, ...changes }, signer),
    );
  };
  const named = (...devices: TestDevice[]) => ({
    recipients: devices.map(({ id, site }) => ({ device: id, site })),
    resentToDevice: 0,
    deleted: false,
  });

  test("is answered for the device that asks, and for it alone", async () => {
    const recipient = await checkResendRequest(await ask(bob), talk.roster, named(bob, carol));
    expect(recipient).toEqual({ device: bob.id, site: bob.site });
  });

  test("is refused for a device that was not named originally, though it is a member now", async () => {
    await expectCode(checkResendRequest(await ask(carol), talk.roster, named(bob)), "resend.not-named");
  });

  test("is refused from a stranger, in another's name, for another conversation, unknown, deleted or too often", async () => {
    const sent = named(bob, dave);
    const check = async (
      request: ReturnType<typeof ask>,
      about: Parameters<typeof checkResendRequest>[2] = sent,
    ) => checkResendRequest(await request, talk.roster, about);
    await expectCode(check(ask(dave)), "resend.not-member");
    await expectCode(check(ask(bob, {}, carol.signer)), "signature.ed25519");
    await expectCode(check(ask(bob, { conversation: random(16) })), "resend.conversation");
    await expectCode(checkResendRequest(await ask(bob), talk.roster, undefined), "resend.unknown-message");
    await expectCode(check(ask(bob), { ...sent, deleted: true }), "resend.deleted");
    await expectCode(check(ask(bob), { ...sent, resentToDevice: resendsPerDevice }), "resend.too-often");
  });
});

describe("a message sent again", () => {
  test("opens for the device that lost the key; the others note it without a key and see no gap", async () => {
    const first = await talk.sendOtp(alice, talk.draft("once more", 1));
    const again = await talk.sendOtp(
      alice,
      { ...talk.draft("once more", 2, [first.hash]), resends: first.hash },
      { recipients: [{ device: bob.id, site: bob.site }] },
    );
    const third = await talk.sendOtp(alice, talk.draft("next", 3, [again.hash]));
    const lost = talk.context(bob, [again, third]);
    const opened = await openEnvelope(again.bytes, lost);
    expect([payloadText(opened.payload), opened.header.resends]).toEqual(["once more", first.hash]);

    const reader = talk.context(carol, [first, third]);
    reader.receiver.commit((await openEnvelope(first.bytes, reader)).change);
    const noted = await noteResent(again.bytes, reader);
    reader.receiver.commit(noted.change);
    const next = await openEnvelope(third.bytes, reader);
    expect([next.gapBefore, next.missingParents]).toEqual([false, []]);
    await expectCode(noteResent(again.bytes, reader), "sequence.replayed");
  });

  test("is noted only when it says it is one, and is its sender's", async () => {
    const first = await talk.sendOtp(alice, talk.draft("plain", 1));
    await expectCode(noteResent(first.bytes, talk.context(carol, [])), "envelope.not-resent");
    const again = await talk.sendOtp(alice, { ...talk.draft("x", 1), resends: random(64) });
    const altered = again.bytes.slice();
    altered[altered.length - 1] = (altered.at(-1) as number) ^ 1;
    await expectCode(noteResent(altered, talk.context(carol, [])), "envelope.signature");
  });
});
