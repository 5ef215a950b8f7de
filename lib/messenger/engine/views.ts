import { type DrawRecord, parseDrawRecord } from "../../protocol/draw-record.ts";
import { safetyHalf, safetyNumber } from "../../protocol/safety-number.ts";
import { type Suite, suites } from "../../protocol/suites.ts";
import { toHex } from "../../shared/hex.ts";
import { formatUuid } from "../../shared/uuid.ts";
import type { ConversationContentView } from "../api/content.ts";
import type { ThreadRow } from "../content/thread-reader.ts";
import { audienceOf, type Reached } from "../inbox/audience.ts";
import { isWaiting } from "../inbox/problems.ts";
import type {
  ConversationView,
  Delivery,
  KeyCardView,
  Level,
  MessageView,
  ReachView,
  SuiteName,
} from "../messenger-api.ts";
import type { OutboxItem } from "../outbox/outbox-item.ts";
import type { Conversation } from "./conversation.ts";
import type { Directory } from "./directory.ts";
import type { MessageRow, RecordRow } from "./rows.ts";

const suiteNames: Readonly<Record<Suite, SuiteName>> = { 1: "OTP", 2: "AES", 3: "HYBRID", 4: "OTP_HYBRID" };
const suiteNumbers: Readonly<Record<SuiteName, Suite>> = { OTP: 1, AES: 2, HYBRID: 3, OTP_HYBRID: 4 };

/** The suite of a row; what cannot be read has none, and is shown as the weakest. */
export function suiteName(suite: number): SuiteName {
  return suiteNames[suite as Suite] ?? "AES";
}

export function suiteNumber(suite: SuiteName): Suite {
  return suiteNumbers[suite];
}

export function viewConversation(
  conversation: Conversation,
  directory: Directory,
  selfUser: string,
  verified: boolean,
  content: Omit<ConversationContentView, "lastKind">,
): ConversationView {
  const members = [...(conversation.roster?.members.values() ?? [])].map((member) => {
    const user = toHex(member.user);
    return {
      user,
      name: directory.user(user)?.name ?? user,
      site: member.site,
      moderator: member.moderator,
      devices: member.devices.length,
    };
  });
  const others = members.filter(({ user }) => user !== selfUser);
  const { progress } = conversation;
  return {
    id: conversation.id,
    title: conversation.title ?? others.map(({ name }) => name).join(", "),
    group: isGroup(conversation),
    moderator: conversation.roster?.members.get(selfUser)?.moderator ?? false,
    left: conversation.roster !== undefined && !conversation.roster.members.has(selfUser),
    members,
    suiteMinimum: conversation.roster?.suiteMinimum ? suiteName(conversation.roster.suiteMinimum) : null,
    lastText: progress.lastAt === 0 ? null : progress.lastText,
    lastAt: progress.lastAt === 0 ? null : progress.lastAt,
    lastKind: (progress.lastKind || null) as ConversationContentView["lastKind"],
    ...content,
    unread: progress.unread,
    verified,
    withoutDevice: members.filter(({ devices }) => devices === 0).map(({ user }) => user),
  };
}

/** Conversations with a title are groups, however few they are; those of two have none. */
function isGroup({ roster }: Conversation): boolean {
  return roster !== undefined && (roster.title !== undefined || roster.members.size > 2);
}

export function viewMessage(
  { ordinal, row, content }: ThreadRow,
  conversation: Conversation,
  item: OutboxItem | undefined,
  self: { readonly user: string; readonly device: string },
  directory: Directory,
): MessageView {
  const user = toHex(row.senderUser);
  const { problemCode: code, problemReason: reason, problemNextStep: nextStep } = row;
  const ownDevice = toHex(row.senderDevice) === self.device;
  return {
    id: toHex(row.id),
    conversation: conversation.id,
    sender: { user, name: directory.user(user)?.name ?? user, device: toHex(row.senderDevice) },
    mine: row.mine,
    suite: suiteName(row.suite),
    level: row.level as Level,
    at: row.at,
    sequence: row.sequence,
    text: row.text ?? null,
    delivery: row.mine && ownDevice ? deliveryOf(row, conversation, item, self.user) : null,
    problem:
      code === undefined
        ? null
        : {
            code,
            reason: reason ?? "",
            nextStep: nextStep ?? "",
            passing: isWaiting(code),
            asks: row.asks ?? null,
          },
    gapBefore: row.gapBefore,
    reach: ownDevice && row.cancelled !== true && !item ? reachOf(row, conversation, self.user) : null,
    ordinal,
    ...content,
  };
}

function reachOf(row: MessageRow, conversation: Conversation, selfUser: string): ReachView {
  const audience = audienceOf(row, conversation, selfUser);
  return {
    of: audience.length,
    delivered: audience.filter(({ state }) => state !== "sent").length,
    read: audience.filter(({ state }) => state === "read").length,
  };
}

function deliveryOf(
  row: MessageRow,
  conversation: Conversation,
  item: OutboxItem | undefined,
  selfUser: string,
): Delivery {
  if (row.cancelled === true) return { state: "cancelled" };
  if (!item) return { state: receivedState(audienceOf(row, conversation, selfUser)) };
  const { state } = item;
  switch (state.phase) {
    case "queued":
      if (!conversation.hasListener(selfUser)) return { state: "waiting-for-device" };
      if (item.held) return { state: "sending" };
      if (!state.waiting) return { state: "drawing" };
      return { state: "waiting-for-key", ...state.waiting };
    case "drawing":
    case "drawn":
      return { state: "drawing" };
    case "failed":
      return { state: "failed", code: state.code, reason: state.reason, nextStep: state.nextStep };
    case "cancelled":
      return { state: "cancelled" };
    default:
      return { state: state.phase === "acked" ? "sent" : "sending" };
  }
}

/** "read" or "delivered" when everybody that it was encrypted for has it on at least one device. */
function receivedState(audience: readonly Reached[]): "sent" | "delivered" | "read" {
  if (audience.length === 0) return "sent";
  if (audience.every(({ state }) => state === "read")) return "read";
  return audience.every(({ state }) => state !== "sent") ? "delivered" : "sent";
}

export function viewKeyCard(row: MessageRow, used: RecordRow): KeyCardView {
  const record = parseDrawRecord(used.record).value;
  return {
    message: toHex(row.id),
    suite: suiteName(row.suite),
    keyIds: record.keyIds.map(formatUuid),
    endToEndBits: 8 * record.bytes,
    networkBits: record.networkBits,
    routes: record.routes,
    trustedNodes: trustedNodes(record),
    local: record.local,
    epsilonExponent: record.epsilonExponent,
    masterSite: record.masterSite,
    slaveSites: record.slaveSites,
    drawnAt: record.drawnAt,
    deliveredAt: row.deliveredAt ?? null,
    erasedAt: row.erasedAt ?? null,
    epoch: row.epochId === undefined ? null : { id: toHex(row.epochId), index: row.index ?? 0 },
    prefetched: row.prefetched ?? false,
    resent: row.resent ?? false,
    envelopeBytes: row.envelopeBytes,
    paddedBytes: row.paddedBytes,
    promise: row.suite === suites.hybrid || row.suite === suites.otpHybrid ? "end to end" : "site to site",
  };
}

/** Sites on the key's routes that neither send nor receive. */
function trustedNodes({ routes, masterSite, slaveSites }: DrawRecord): readonly string[] {
  const ends = new Set([masterSite, ...slaveSites]);
  return [...new Set(routes.flat())].filter((site) => !ends.has(site));
}

/** A user's devices as the roster pins them. */
export function safetyIdentity({ roster }: Pick<Conversation, "roster">, user: string) {
  const member = roster?.members.get(user);
  if (!roster || !member) return undefined;
  const devices = member.devices.flatMap((device) => roster.devices.get(device) ?? []);
  return { user: member.user, devices };
}

/** The 30 digits of one member, or undefined when there is no device to compare yet. */
export function memberDigits(conversation: Pick<Conversation, "roster">, user: string): string | undefined {
  const identity = safetyIdentity(conversation, user);
  return identity && identity.devices.length > 0 ? safetyHalf(identity) : undefined;
}

/** The 60 digits of a one-to-one conversation. */
export function conversationDigits(
  conversation: Conversation,
  self: string,
  other: string,
): string | undefined {
  const [a, b] = [safetyIdentity(conversation, self), safetyIdentity(conversation, other)];
  if (!a || !b || b.devices.length === 0) return undefined;
  return safetyNumber(a, b);
}
