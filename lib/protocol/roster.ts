import { type Bytes, equalBytes } from "../shared/bytes.ts";
import { toHex } from "../shared/hex.ts";
import { type DeviceCertificate, isCertificateValidAt } from "./device-certificate.ts";
import { labels } from "./labels.ts";
import { limits } from "./limits.ts";
import { ProtocolError } from "./protocol-error.ts";
import {
  type ParsedRosterEvent,
  parseRosterEvent,
  type RosterChange,
  type RosterMemberEntry,
} from "./roster-event.ts";
import { verifySigned } from "./signed.ts";
import type { Suite } from "./suites.ts";

export interface RosterDeviceState {
  readonly device: Bytes;
  readonly user: Bytes;
  readonly site: string;
  readonly certificateHash: Bytes;
  /** The signing keys that the roster pins: later certificates of the device must carry the same. */
  readonly ed25519Key: Bytes;
  readonly mlDsaKey: Bytes;
}

export interface RosterMember {
  readonly user: Bytes;
  readonly site: string;
  readonly moderator: boolean;
  /** Hex ids of the member's devices. */
  readonly devices: readonly string[];
}

/** Membership after one event. Never changed: each event makes a new one that points to the one before. */
export interface Roster {
  readonly conversation: Bytes;
  /** Hash of the last event. */
  readonly head: Bytes;
  /** Events so far. */
  readonly length: number;
  readonly title: string | undefined;
  readonly suiteMinimum: Suite | undefined;
  /** By hex user id. */
  readonly members: ReadonlyMap<string, RosterMember>;
  /** By hex device id. */
  readonly devices: ReadonlyMap<string, RosterDeviceState>;
  readonly before: Roster | undefined;
}

/** Gives a certificate by hash, already verified up to its site (`verifyDeviceCertificate`), or undefined. */
export type ResolveCertificate = (
  hash: Bytes,
) => DeviceCertificate | undefined | Promise<DeviceCertificate | undefined>;

/** Folds the whole log of one conversation. @throws ProtocolError as `applyRosterEvent`, roster.empty */
export async function applyRoster(
  events: readonly Uint8Array[],
  resolve: ResolveCertificate,
): Promise<Roster> {
  let roster: Roster | undefined;
  for (const event of events) roster = await applyRosterEvent(roster, event, resolve);
  if (roster === undefined) throw new ProtocolError("roster.empty", "a conversation has no membership log");
  return roster;
}

/**
 * Appends one signed event; `roster` is undefined before the first.
 * @throws ProtocolError roster.fork (not onto the head), roster.conversation, roster.unauthorised,
 * roster.certificate-unknown, roster.certificate-mismatch, roster.duplicate, roster.absent, roster.no-moderator,
 * roster.too-many, signature.*, cbor.*
 */
export async function applyRosterEvent(
  roster: Roster | undefined,
  bytes: Uint8Array,
  resolve: ResolveCertificate,
): Promise<Roster> {
  const event = parseRosterEvent(bytes);
  const { value } = event;
  if (roster === undefined) {
    if (value.previous.length > 0 || value.change.kind !== "create")
      throw new ProtocolError("roster.fork", "a membership log does not begin with its creation");
  } else {
    if (!equalBytes(value.conversation, roster.conversation))
      throw new ProtocolError("roster.conversation", "a membership event belongs to another conversation");
    if (!equalBytes(value.previous, roster.head))
      throw new ProtocolError("roster.fork", "a membership event does not follow the one before it");
  }
  const draft = new RosterDraft(roster, resolve);
  const authorKey = await draft.apply(event);
  await verifySigned(labels.roster, event.signed, { ed25519Key: authorKey });
  return draft.finish(event);
}

/** The roster as it was when `head` was its last event, or undefined when that head is not in its past. */
export function rosterAt(roster: Roster | undefined, head: Uint8Array): Roster | undefined {
  let at = roster;
  while (at !== undefined && !equalBytes(at.head, head)) at = at.before;
  return at;
}

function unauthorised(text: string): ProtocolError {
  return new ProtocolError("roster.unauthorised", text);
}

class RosterDraft {
  readonly #before: Roster | undefined;
  readonly #resolve: ResolveCertificate;
  readonly #members: Map<string, RosterMember>;
  readonly #devices: Map<string, RosterDeviceState>;

  constructor(before: Roster | undefined, resolve: ResolveCertificate) {
    this.#before = before;
    this.#resolve = resolve;
    this.#members = new Map(before?.members);
    this.#devices = new Map(before?.devices);
  }

  /** Applies the change and returns the Ed25519 key that must have signed it. */
  async apply({ value }: ParsedRosterEvent): Promise<Bytes> {
    const { change } = value;
    if (change.kind === "create") return this.#create(change.members, value.author, value.at);
    if (change.kind === "device-add") return this.#addDevice(change, value.author, value.at);
    const author = this.#devices.get(toHex(value.author));
    if (author === undefined) throw unauthorised("the author of a membership event is not a member's device");
    const moderator = this.#member(author.user).moderator;
    const own = "user" in change && equalBytes(change.user, author.user);
    const mayTouchOwn = change.kind === "remove" || change.kind === "device-remove";
    if (!moderator && !(own && mayTouchOwn)) throw unauthorised("only a moderator may change the membership");
    if (change.kind === "add") await this.#addMember(change.member);
    else if (change.kind === "remove") this.#removeMember(change.user);
    else if (change.kind === "device-remove") this.#removeDevice(change.user, change.device);
    else this.#members.set(toHex(change.user), { ...this.#member(change.user), moderator: change.moderator });
    return author.ed25519Key;
  }

  finish({ value, hash }: ParsedRosterEvent): Roster {
    if (this.#devices.size > limits.recipientDevices || this.#members.size > limits.recipientDevices)
      throw new ProtocolError("roster.too-many", "a conversation has more devices than the protocol allows");
    if (this.#members.size > 0 && ![...this.#members.values()].some((member) => member.moderator))
      throw new ProtocolError("roster.no-moderator", "a conversation would be left without a moderator");
    const created = value.change.kind === "create" ? value.change : undefined;
    return {
      conversation: value.conversation,
      head: hash,
      length: (this.#before?.length ?? 0) + 1,
      title: this.#before === undefined ? created?.title : this.#before.title,
      suiteMinimum: this.#before === undefined ? created?.suiteMinimum : this.#before.suiteMinimum,
      members: this.#members,
      devices: this.#devices,
      before: this.#before,
    };
  }

  async #create(members: readonly RosterMemberEntry[], author: Bytes, at: number): Promise<Bytes> {
    if (this.#before !== undefined) throw new ProtocolError("roster.fork", "a conversation is created twice");
    for (const member of members) await this.#addMember(member);
    const device = this.#devices.get(toHex(author));
    if (device === undefined || !this.#member(device.user).moderator)
      throw unauthorised("a conversation's creator must be one of its moderators");
    const certificate = await this.#certificate(device.certificateHash);
    if (!isCertificateValidAt(certificate, at, limits.clockSkew))
      throw unauthorised("a conversation's creator had no valid certificate");
    return device.ed25519Key;
  }

  /** Another device of the user, or the device itself when it is the user's first or approved by an officer. */
  async #addDevice(
    change: Extract<RosterChange, { kind: "device-add" }>,
    author: Bytes,
    at: number,
  ): Promise<Bytes> {
    const member = this.#member(change.user);
    const added = await this.#putDevice(change.device.device, change.device.certificateHash, member);
    if (equalBytes(author, change.device.device)) {
      const certificate = await this.#certificate(change.device.certificateHash);
      if (member.devices.length > 0 && certificate.assurance !== 1)
        throw unauthorised("a further device must be added by another device of its user");
      if (!isCertificateValidAt(certificate, at, limits.clockSkew))
        throw unauthorised("a device that adds itself has no valid certificate");
      return added.ed25519Key;
    }
    const other = this.#devices.get(toHex(author));
    if (other === undefined || !equalBytes(other.user, change.user))
      throw unauthorised("a device may be added by devices of the same user only");
    return other.ed25519Key;
  }

  async #addMember(entry: RosterMemberEntry): Promise<void> {
    const user = toHex(entry.user);
    if (this.#members.has(user)) throw new ProtocolError("roster.duplicate", "a user is a member already");
    const member = { user: entry.user, site: entry.site, moderator: entry.moderator, devices: [] };
    this.#members.set(user, member);
    for (const { device, certificateHash } of entry.devices)
      await this.#putDevice(device, certificateHash, this.#member(entry.user));
  }

  async #putDevice(device: Bytes, certificateHash: Bytes, member: RosterMember): Promise<RosterDeviceState> {
    const id = toHex(device);
    if (this.#devices.has(id))
      throw new ProtocolError("roster.duplicate", "a device is on the roster already");
    const certificate = await this.#certificate(certificateHash);
    const matches =
      equalBytes(certificate.device, device) &&
      equalBytes(certificate.user, member.user) &&
      certificate.site === member.site;
    if (!matches)
      throw new ProtocolError(
        "roster.certificate-mismatch",
        "a device's certificate names another user or site",
      );
    const state = {
      device,
      user: member.user,
      site: member.site,
      certificateHash,
      ed25519Key: certificate.ed25519Key,
      mlDsaKey: certificate.mlDsaKey,
    };
    this.#devices.set(id, state);
    this.#members.set(toHex(member.user), { ...member, devices: [...member.devices, id] });
    return state;
  }

  #removeMember(user: Bytes): void {
    for (const device of this.#member(user).devices) this.#devices.delete(device);
    this.#members.delete(toHex(user));
  }

  #removeDevice(user: Bytes, device: Bytes): void {
    const member = this.#member(user);
    const id = toHex(device);
    if (!member.devices.includes(id))
      throw new ProtocolError("roster.absent", "that user has no such device");
    this.#devices.delete(id);
    this.#members.set(toHex(user), { ...member, devices: member.devices.filter((other) => other !== id) });
  }

  #member(user: Bytes): RosterMember {
    const member = this.#members.get(toHex(user));
    if (member === undefined) throw new ProtocolError("roster.absent", "that user is not a member");
    return member;
  }

  async #certificate(hash: Bytes): Promise<DeviceCertificate> {
    const certificate = await this.#resolve(hash);
    if (certificate === undefined)
      throw new ProtocolError("roster.certificate-unknown", "a device's certificate is not known here");
    return certificate;
  }
}
