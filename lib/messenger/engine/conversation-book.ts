import { isCertificateValidAt, type ParsedCertificate } from "../../protocol/device-certificate.ts";
import { frame } from "../../protocol/frame.ts";
import { hash } from "../../protocol/hash.ts";
import type { RelayConversation } from "../../protocol/relay-events.ts";
import { applyRoster } from "../../protocol/roster.ts";
import {
  type RosterChange,
  type RosterDevice,
  type RosterMemberEntry,
  signRosterEvent,
} from "../../protocol/roster-event.ts";
import { type Bytes, utf8 } from "../../shared/bytes.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { randomUuid } from "../../shared/uuid.ts";
import { MessengerError } from "../messenger-error.ts";
import { RelayRefused } from "../relay/relay-refused.ts";
import { Conversation } from "./conversation.ts";
import type { EngineParts } from "./engine-parts.ts";
import { progressRow } from "./rows.ts";

/** All conversations of this device, and the membership events it writes. */
export class ConversationBook {
  readonly #parts: EngineParts;
  readonly #certificate: () => ParsedCertificate;
  readonly #conversations = new Map<string, Conversation>();
  readonly #joining = new Set<string>();

  constructor(parts: EngineParts, certificate: () => ParsedCertificate) {
    this.#parts = parts;
    this.#certificate = certificate;
  }

  get all(): ReadonlyMap<string, Conversation> {
    return this.#conversations;
  }

  /** Loads membership and progress of every conversation in the store. */
  async load(): Promise<void> {
    for (const { key, value } of await this.#parts.store.range("progress", { prefix: "" })) {
      const conversation = this.#make(key);
      conversation.progress = progressRow.decode(value);
      const events = await this.#parts.store.range("rosters", { prefix: `${key}/` });
      if (events.length === 0) continue;
      const resolve = (certificateHash: Bytes) => this.#parts.directory.certificates.get(certificateHash);
      conversation.roster = await applyRoster(
        events.map((event) => event.value),
        resolve,
      );
    }
  }

  /** The conversation with this id, made (empty) when the relay speaks of one that is new here. */
  ensure(id: string): Conversation {
    return this.#conversations.get(id) ?? this.#make(id);
  }

  get(id: string): Conversation {
    const conversation = this.#conversations.get(id);
    if (!conversation) throw new MessengerError("conversation.unknown", "there is no such conversation here");
    return conversation;
  }

  /** Conversations of which this person is a member or was one, by verified membership. */
  mine(): readonly Conversation[] {
    const { user } = this.#parts.self;
    return [...this.#conversations.values()].filter((one) => one.wasMember(user));
  }

  /** The one-to-one conversation with this user, if it is known here. */
  direct(user: string): Conversation | undefined {
    return this.mine().find((conversation) => isDirect(conversation, this.#parts.self.user, user));
  }

  /**
   * Writes the creating event of the conversation with `user`. Its id follows from the two users, so that two who
   * write to each other at once get one conversation: the relay takes one creation, the other side reads it with
   * `refresh`.
   */
  async createDirect(
    user: string,
    refresh: (conversation: Conversation) => Promise<void>,
  ): Promise<Conversation> {
    const { self } = this.#parts;
    const members = await Promise.all([this.memberEntry(self.user, true), this.memberEntry(user, true)]);
    const create = async (id: string): Promise<Conversation> => {
      const conversation = this.ensure(id);
      await this.append(conversation, { kind: "create", members });
      return conversation;
    };
    const id = directId(self.user, user);
    let member = false;
    try {
      return await create(id);
    } catch (error) {
      if (!(error instanceof RelayRefused) || !taken.has(error.code)) throw error;
      member = error.code === "roster.conflict";
    }
    const found = this.ensure(id);
    await refresh(found);
    // It could not be read yet: nothing is known of it.
    if (member && found.progress.cursor === 0) return found;
    // The id follows from public names: a third person may have made a conversation of that name, with the two or
    // without them. It is not the one that was asked for.
    return isDirect(found, self.user, user) ? found : await create(toHex(randomUuid()));
  }

  /**
   * A person as a membership event names them, with all their devices.
   * @throws MessengerError "contact.unknown", "contact.two-sites", relay.*
   */
  async memberEntry(user: string, moderator: boolean): Promise<RosterMemberEntry> {
    const { self, directory } = this.#parts;
    const devices = (await directory.devicesOf(user)).filter((one) => !this.#isRevoked(one));
    if (user === self.user) {
      return { user: self.userBytes, site: self.site, devices: this.#ownDevices(devices), moderator };
    }
    const site = devices[0]?.value.site ?? directory.user(user)?.site;
    if (site === undefined) throw new MessengerError("contact.unknown", "there is no such post");
    if (devices.some(({ value }) => value.site !== site)) {
      throw new MessengerError("contact.two-sites", "two sites have certified devices of this person", {
        nextStep: "Tell your site's security officer: one of them is not this person's.",
      });
    }
    return { user: fromHex(user), site, devices: devices.map(asDevice), moderator };
  }

  /**
   * Signs a change onto the membership as it is known here and gives it to the relay.
   * @throws RelayRefused "roster.conflict" when another event came first, relay.*
   */
  async append(conversation: Conversation, change: RosterChange): Promise<void> {
    const { relay } = this.#parts;
    const head = change.kind === "create" ? undefined : conversation.roster?.head;
    const previous = head ?? new Uint8Array(0);
    const event = await this.#sign(conversation.idBytes, previous, change);
    await relay.ask("roster:append", { conversation: conversation.id, previous: toHex(previous), event });
  }

  /**
   * Adds what is missing of this user's devices: this one when it is the first or approved, others that this
   * device can vouch for. Returns whether an event was written.
   */
  async joinDevices(conversation: Conversation): Promise<boolean> {
    const { self, directory, now } = this.#parts;
    const { roster } = conversation;
    const member = roster?.members.get(self.user);
    if (!roster || !member || this.#joining.has(conversation.id)) return false;
    this.#joining.add(conversation.id);
    try {
      const present = roster.devices.has(self.device);
      const own = this.#certificate();
      const mayJoin = present || member.devices.length === 0 || own.value.assurance === 1;
      if (!mayJoin) return false;
      const missing = present
        ? (await directory.devicesOf(self.user)).filter(
            (one) =>
              !roster.devices.has(toHex(one.value.device)) &&
              isCertificateValidAt(one.value, now()) &&
              !this.#isRevoked(one),
          )
        : [own];
      const [certificate] = missing;
      if (!certificate) return false;
      const change: RosterChange = {
        kind: "device-add",
        user: self.userBytes,
        device: asDevice(certificate),
      };
      await this.append(conversation, change);
      return true;
    } catch (error) {
      // Another event came first: its entry brings this device here again.
      if (error instanceof MessengerError) return false;
      throw error;
    } finally {
      this.#joining.delete(conversation.id);
    }
  }

  /**
   * Takes a revoked device out of the membership, where this person may: their own device, or any as a moderator. Each
   * event that this leads to brings the next one. Returns whether an event was written.
   */
  async dropRevoked(conversation: Conversation): Promise<boolean> {
    const { self, revocations } = this.#parts;
    const { roster } = conversation;
    if (!roster?.devices.has(self.device)) return false;
    const moderator = roster.members.get(self.user)?.moderator ?? false;
    const revoked = [...roster.devices.values()].find(
      ({ device, site, user }) =>
        (moderator || toHex(user) === self.user) && revocations().revokedAt(site, device) !== undefined,
    );
    if (!revoked) return false;
    try {
      await this.append(conversation, {
        kind: "device-remove",
        user: revoked.user,
        device: revoked.device,
      });
      return true;
    } catch (error) {
      // Another moderator was faster, or the relay is away: the next entry or connection brings this here again.
      if (error instanceof MessengerError) return false;
      throw error;
    }
  }

  #isRevoked({ value }: ParsedCertificate): boolean {
    return this.#parts.revocations().revokedAt(value.site, value.device) !== undefined;
  }

  remember(listed: RelayConversation): void {
    for (const member of listed.members) this.#parts.directory.remember(member);
  }

  #make(id: string): Conversation {
    const conversation = new Conversation(id, this.#parts.store, this.#parts.self.device);
    this.#conversations.set(id, conversation);
    return conversation;
  }

  #ownDevices(listed: readonly ParsedCertificate[]): RosterDevice[] {
    const own = this.#certificate();
    const others = listed.filter(({ value }) => toHex(value.device) !== this.#parts.self.device);
    return [own, ...others].map(asDevice);
  }

  #sign(conversation: Bytes, previous: Bytes, change: RosterChange): Promise<Bytes> {
    const { self, now } = this.#parts;
    return signRosterEvent(
      { conversation, previous, author: self.deviceBytes, at: now(), change },
      self.signer,
    );
  }
}

/** The relay's answers to a creation whose id is in use: by a conversation of this person, or of others. */
const taken = new Set(["roster.conflict", "conversation.unknown"]);

function isDirect({ roster }: Conversation, self: string, user: string): boolean {
  // A group of two has a title, and stays a group.
  return (
    roster?.title === undefined &&
    roster?.members.size === 2 &&
    roster.members.has(self) &&
    roster.members.has(user)
  );
}

function asDevice({ value, hash: certificateHash }: ParsedCertificate): RosterDevice {
  return { device: value.device, certificateHash };
}

/** First 16 bytes of hash(frame("vernam/1 direct") ‖ frame(lower user) ‖ frame(higher user)). */
function directId(a: string, b: string): string {
  const [lower, higher] = [a, b].sort() as [string, string];
  return toHex(hash(frame(utf8("vernam/1 direct"), fromHex(lower), fromHex(higher))).slice(0, 16));
}
