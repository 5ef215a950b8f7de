import { composeOtp, type Draft } from "../../../../lib/protocol/composing.ts";
import { parseDeviceCertificate } from "../../../../lib/protocol/device-certificate.ts";
import { parseDrawRecord } from "../../../../lib/protocol/draw-record.ts";
import { signEnvelope } from "../../../../lib/protocol/envelope.ts";
import { hash } from "../../../../lib/protocol/hash.ts";
import { encodeHeader, type Header } from "../../../../lib/protocol/header.ts";
import { pad } from "../../../../lib/protocol/padding.ts";
import { encodePayload, payloadKinds } from "../../../../lib/protocol/payload.ts";
import { sortRecipients } from "../../../../lib/protocol/recipients.ts";
import type { EntryKind } from "../../../../lib/protocol/relay-events.ts";
import {
  type RosterChange,
  type RosterMemberEntry,
  signRosterEvent,
} from "../../../../lib/protocol/roster-event.ts";
import { encryptOtp } from "../../../../lib/protocol/suite-otp.ts";
import type { Bytes } from "../../../../lib/shared/bytes.ts";
import { fromHex, toHex } from "../../../../lib/shared/hex.ts";
import { SecretBytes } from "../../../../lib/shared/secret-bytes.ts";
import { randomUuid, timeUuid } from "../../../../lib/shared/uuid.ts";
import { TestDevice } from "../../gateway/support/test-device.ts";
import { accepted, ask, type Client, connected } from "../../relay/relay-world.ts";
import type { AttackWorld } from "./attack-world.ts";

export interface Drawn {
  readonly record: Bytes;
  readonly key: Bytes;
  readonly recordHash: Bytes;
}

/**
 * A certified person who keeps no rule: a device with true certificates of its site, whose messages, membership
 * events and requests are written by hand.
 */
export class Attacker {
  readonly user: string;
  readonly site: string;
  readonly device: TestDevice;
  readonly client: Client;
  /** The number of a device that nobody has. */
  readonly other = randomUuid();
  /** Hash of the last membership event this one knows of, and of its own last envelope. */
  head: Bytes = new Uint8Array(0);
  #sequence = 0;
  #previous: Bytes | undefined;

  private constructor(user: string, device: TestDevice, client: Client) {
    this.user = user;
    this.site = device.site;
    this.device = device;
    this.client = client;
  }

  static async enter(world: AttackWorld, handle: string, id?: Bytes): Promise<Attacker> {
    const identity = await world.identity(handle);
    const { user, site } = identity;
    const origin = world.gateways.origin;
    const token = () => identity.token(`gateway:${site}`);
    const device = await TestDevice.create({ origin, token }, site, fromHex(user));
    if (id !== undefined) Object.assign(device, { id });
    const { status } = await device.enrol();
    if (status !== 200) throw new Error(`${handle} was not certified: ${status}`);
    await device.connect();
    const client = world.relay.socket({ device: toHex(device.id), token: await identity.token("relay") });
    await connected(client);
    const attacker = new Attacker(user, device, client);
    if (id === undefined) await attacker.publish(device.certificate);
    return attacker;
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.device.disconnect();
  }

  async publish(certificate: Bytes): Promise<void> {
    accepted(await ask(this.client, "directory:publish", { certificate }));
  }

  /** Begins anew: no membership known, nothing sent. */
  begin(): void {
    this.head = new Uint8Array(0);
    this.#sequence = 0;
    this.#previous = undefined;
  }

  asMember(moderator: boolean): RosterMemberEntry {
    const devices = [{ device: this.device.id, certificateHash: this.device.certificateHash }];
    return { user: fromHex(this.user), site: this.site, devices, moderator };
  }

  /** A membership event by this device, onto the head it knows. */
  async event(conversation: string, change: RosterChange, at = Date.now()): Promise<Bytes> {
    const { id: author, signer } = this.device;
    return signRosterEvent(
      { conversation: fromHex(conversation), previous: this.head, author, at, change },
      signer,
    );
  }

  /** Appends a membership event at the relay, which has to take it. */
  async append(conversation: string, change: RosterChange): Promise<Bytes> {
    const event = await this.event(conversation, change);
    const previous = toHex(this.head);
    accepted(await ask(this.client, "roster:append", { conversation, previous, event }));
    this.head = hash(event);
    return event;
  }

  /** Makes a conversation with others as the directory knows them, and returns its id. */
  async converse(members: readonly RosterMemberEntry[], id = toHex(randomUuid())): Promise<string> {
    await this.append(id, { kind: "create", members: [this.asMember(true), ...members] });
    return id;
  }

  draw(conversation: string, recipients: readonly { device: Bytes; site: string }[]): Promise<Drawn> {
    return this.device.draw([], {
      conversation: fromHex(conversation),
      rosterHead: this.head,
      recipients: sortRecipients(recipients),
    });
  }

  /** An OTP envelope under a drawn key, which stays as it is: this device may use it again. */
  async compose(text: string, { record, key }: Drawn, change: Partial<Draft> = {}): Promise<Bytes> {
    const composed = await composeOtp(
      {
        messageId: timeUuid(Date.now()),
        sequence: ++this.#sequence,
        parents: this.#previous === undefined ? [] : [this.#previous],
        level: 0,
        sentAt: Date.now(),
        resends: new Uint8Array(0),
        payload: { kind: payloadKinds.text, body: text },
        ...change,
      },
      parseDrawRecord(record),
      SecretBytes.copyOf(key),
      this.device.signer,
    );
    this.#previous = composed.hash;
    return composed.bytes;
  }

  /** An envelope under a drawn key whose header says what no honest device would, correctly encrypted and signed. */
  async forge({ record, key }: Drawn, change: Partial<Header>): Promise<Bytes> {
    const parsed = parseDrawRecord(record);
    const paddedLength = parsed.value.bytes - 32;
    const header = encodeHeader({
      suite: parsed.value.suite,
      conversation: parsed.value.conversation,
      messageId: timeUuid(Date.now()),
      senderDevice: this.device.id,
      sequence: ++this.#sequence,
      parents: this.#previous === undefined ? [] : [this.#previous],
      rosterHead: parsed.value.rosterHead,
      level: 0,
      drawRecordHash: parsed.hash,
      epochId: new Uint8Array(0),
      index: 0,
      sentAt: Date.now(),
      paddedLength,
      resends: new Uint8Array(0),
      ...change,
    });
    const padded = pad(encodePayload({ kind: payloadKinds.text, body: "forged" }), paddedLength);
    const { ciphertext, tag } = encryptOtp(SecretBytes.copyOf(key), header, padded);
    return signEnvelope(header, ciphertext, tag, this.device.signer);
  }

  send(conversation: string, bytes: Bytes, kind: EntryKind = "envelope") {
    return ask<{ seq: number }>(this.client, "entry:send", {
      conversation,
      clientId: toHex(randomUuid()),
      kind,
      bytes,
    });
  }
}

/** Another person's devices, as the relay's directory lists them. */
export async function memberOf(
  by: Attacker,
  other: { readonly user: string; readonly site: string },
  moderator = false,
): Promise<RosterMemberEntry> {
  const answer = await ask<{ certificates: string[] }>(by.client, "directory:user", { user: other.user });
  const devices = accepted(answer).certificates.map((text) => {
    const { value, hash: certificateHash } = parseDeviceCertificate(
      new Uint8Array(Buffer.from(text, "base64")),
    );
    return { device: value.device, certificateHash };
  });
  return { user: fromHex(other.user), site: other.site, devices, moderator };
}
