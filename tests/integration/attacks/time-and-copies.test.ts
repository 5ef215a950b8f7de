import { cp } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDeviceCertificate } from "../../../lib/protocol/device-certificate.ts";
import { parseEnvelope } from "../../../lib/protocol/envelope.ts";
import type { Bytes } from "../../../lib/shared/bytes.ts";
import { toHex } from "../../../lib/shared/hex.ts";
import { until as poll } from "../../support/until.ts";
import {
  AttackWorld,
  lisbon,
  lisbonOffice,
  madrid,
  madridInterior,
  seen,
  until,
  untilDelivered,
  untilShown,
  type Victim,
} from "./support/attack-world.ts";
import { memberOf } from "./support/attacker.ts";

const hour = 60 * 60 * 1000;
let world: AttackWorld;

beforeAll(async () => {
  world = await AttackWorld.start();
});
afterAll(() => world?.close());

/** Every one-time key of the shown envelopes names one ciphertext only. */
function expectNoKeyTwice(by: Victim, conversation: string): void {
  const used = new Map<string, string>();
  for (const { kind, bytes } of by.relay.shown(conversation)) {
    if (kind !== "envelope") continue;
    const { fields, hash } = parseEnvelope(bytes);
    const key = `${toHex(fields.drawRecordHash)} ${fields.index}`;
    expect(used.get(key) ?? toHex(hash)).toBe(toHex(hash));
    used.set(key, toHex(hash));
  }
}

describe("a profile", () => {
  it("that was copied uses no key twice, and the receiver is alarmed when both speak", async () => {
    const bob = await world.start(madrid);
    let alice = await world.start(lisbon);
    const conversation = await alice.engine.openConversation(bob.user);
    await alice.engine.send(conversation, "one", "OTP");
    await alice.engine.send(conversation, "two", "AES");
    await untilShown(bob, conversation, ["one", "two"]);
    await world.stop(alice);
    await cp(world.profile(lisbon), world.profile("copied"), { recursive: true });
    alice = await world.start(lisbon);
    await alice.engine.send(conversation, "three", "OTP");
    await alice.engine.send(conversation, "four", "AES");
    await untilShown(bob, conversation, ["one", "two", "three", "four"]);
    await world.stop(alice);
    // The thief's relay does not show what the true device sent since; else the copy would go on after it.
    const copy = await world.start(lisbon, "copied", (_, entry) => (entry.kind === "roster" ? [entry] : []));
    await copy.engine.send(conversation, "five?", "OTP");
    await copy.engine.send(conversation, "six?", "AES");
    const copied = "sequence.device-copied";
    await untilShown(bob, conversation, ["one", "two", "three", "four", copied, copied]);
    expectNoKeyTwice(bob, conversation);
    await world.stop(copy);
    await world.stop(bob);
  });
});

describe("a receiver that was away for days", () => {
  it("opens what was drawn under a certificate that its sender has renewed since", async () => {
    world.ahead = 0;
    const started = Date.now();
    let bob = await world.start(madridInterior);
    const alice = await world.start(lisbonOffice);
    const conversation = await alice.engine.openConversation(bob.user);
    await alice.engine.send(conversation, "under the first", "OTP");
    await untilShown(bob, conversation, ["under the first"]);
    await world.stop(bob);
    let sender = alice;
    for (const [at, text] of [
      [20 * hour, "under the second"],
      [40 * hour, "under the third"],
      [60 * hour, "under the fourth"],
    ] as const) {
      world.ahead = at;
      // A start is when a certificate past its half is renewed.
      await world.stop(sender);
      sender = await world.start(lisbonOffice);
      const renewed = sender;
      const isNew = (bytes: Bytes) => parseDeviceCertificate(bytes).value.notBefore > started + at;
      await poll("the new certificate is published", () => renewed.relay.published.some(isNew));
      for (const suite of ["OTP", "AES"] as const)
        await sender.engine.send(conversation, `${text}, ${suite}`, suite);
      await until(sender.engine, async () => {
        const messages = await renewed.engine.messages(conversation);
        return messages.every(
          ({ delivery }) => delivery?.state === "sent" || delivery?.state === "delivered",
        );
      });
    }
    world.ahead = 62 * hour;
    bob = await world.start(madridInterior);
    await untilShown(bob, conversation, [
      "under the first",
      "under the second, OTP",
      "under the second, AES",
      "under the third, OTP",
      "under the third, AES",
      "under the fourth, OTP",
      "under the fourth, AES",
    ]);
    await world.stop(bob);
    await world.stop(sender);
  });

  it("is told when a key has expired, and is not left waiting", async () => {
    world.ahead = 0;
    const bob = await world.start("officer-es-mad-mfa");
    const mallory = await world.attacker("officer-pt-lis-mne");
    const conversation = await mallory.converse([await memberOf(mallory, bob)]);
    // Drawn for nobody at Bob's site: its copy never comes.
    const drawn = await mallory.draw(conversation, [{ device: mallory.other, site: mallory.site }]);
    await mallory.send(conversation, await mallory.compose("for nobody", drawn));
    await untilShown(bob, conversation, ["key.waiting"]);
    world.ahead = 6 * 24 * hour;
    await world.gateways.restart();
    await untilShown(bob, conversation, ["key.waiting"]);
    world.ahead = 8 * 24 * hour;
    await world.gateways.restart();
    const [message] = await untilShown(bob, conversation, ["key.expired"]);
    expect(message?.problem?.nextStep).toBe("Ask the sender to send it again.");
    await world.stop(bob);
  });

  it("still starts, with its history, when all it knew has lapsed", async () => {
    world.ahead = 0;
    let bob = await world.start("auditor");
    const alice = await world.start("presenter");
    const conversation = await alice.engine.openConversation(bob.user);
    const id = await alice.engine.send(conversation, "long ago", "OTP");
    await untilShown(bob, conversation, ["long ago"]);
    await untilDelivered(alice, conversation, id);
    await world.stop(bob);
    await world.stop(alice);
    world.ahead = 40 * 24 * hour;
    // Twice: the first start is when old certificates would go.
    bob = await world.start("auditor");
    await world.stop(bob);
    bob = await world.start("auditor");
    const sender = await world.start("presenter");
    await sender.engine.send(conversation, "and now", "AES");
    await seen(bob, conversation, (messages) => messages.at(-1)?.text === "and now");
    await world.stop(bob);
    await world.stop(sender);
  });
});
