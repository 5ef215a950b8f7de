import { parseDeviceCertificate } from "../../protocol/device-certificate.ts";
import { parseReceipt } from "../../protocol/receipt.ts";
import { cutApart } from "../../protocol/relay-batches.ts";
import type { RelayAnswer } from "../../protocol/relay-events.ts";
import { parseRosterEvent } from "../../protocol/roster-event.ts";
import { copyBytes, equalBytes } from "../../shared/bytes.ts";
import type { Database } from "../../shared/database/database.ts";
import { fromHex, toHex } from "../../shared/hex.ts";
import { RelayError, refusalOf } from "../relay-error.ts";
import { appendRoster } from "../store/append-roster.ts";
import { readAudience } from "../store/audience.ts";
import { findPosts, publishCertificate, readCertificate, readUserCertificates } from "../store/directory.ts";
import { receiptKindName } from "../store/entry-kinds.ts";
import { listConversations, readEntries } from "../store/read-entries.ts";
import { type KeptReceipt, listReceipts, notOwn, type PendingReceipt } from "../store/receipts.ts";
import type { Speaker } from "../store/speaker.ts";
import { requireMember, requireReader, requireStanding } from "../store/standing.ts";
import type { EntryQueue } from "./entry-queue.ts";
import type { FanOut } from "./fan-out.ts";
import type { Presence } from "./presence.ts";
import type { RequestName, RequestOf } from "./requests.ts";
import type { RevokedDevices } from "./revoked-devices.ts";

export interface HandlerServices {
  readonly database: Database;
  readonly queue: EntryQueue;
  readonly putReceipt: (receipt: PendingReceipt) => Promise<KeptReceipt>;
  readonly fanOut: FanOut;
  readonly revoked: RevokedDevices;
  readonly presence: Presence;
  /** Milliseconds UTC. */
  readonly now: () => number;
}

type Handlers = {
  readonly [Name in Exclude<RequestName, "hint">]: (request: RequestOf<Name>) => Promise<object>;
};

/** What each event does for one socket's speaker. Every one asks the database who the speaker still is. */
export function createHandlers(speaker: Speaker, socket: string, services: HandlerServices): Handlers {
  const { database, queue, putReceipt, fanOut, revoked, presence, now } = services;
  return {
    "directory:publish": async ({ certificate }) => {
      await requireStanding(database, speaker);
      const bytes = copyBytes(certificate);
      const { value, hash } = parseDeviceCertificate(bytes);
      if (!equalBytes(value.user, speaker.userId) || !equalBytes(value.device, speaker.deviceId)) {
        throw new RelayError("directory.not-own", "A device publishes its own certificate only.");
      }
      const { user, device, notAfter } = value;
      await publishCertificate(database, { hash, user, device, notAfter, bytes });
      return { hash: toHex(hash) };
    },

    "directory:revocations": async ({ list }) => {
      await requireStanding(database, speaker);
      await revoked.take(copyBytes(list));
      return {};
    },

    "directory:user": async ({ user, at }) => {
      await requireStanding(database, speaker);
      return readUserCertificates(database, fromHex(user), now(), at);
    },

    "directory:certificate": async ({ hash }) => {
      await requireStanding(database, speaker);
      return { certificate: await readCertificate(database, fromHex(hash)) };
    },

    "directory:posts": async ({ query }) => {
      await requireStanding(database, speaker);
      return { posts: await findPosts(database, speaker.userId, query ?? "") };
    },

    "conversation:list": async () => {
      await requireStanding(database, speaker);
      return { conversations: await listConversations(database, speaker.userId) };
    },

    "roster:append": async ({ conversation, previous, event }) => {
      const parsed = parseRosterEvent(copyBytes(event));
      if (toHex(parsed.value.previous) !== previous) {
        throw new RelayError("roster.invalid", "The event follows another one than the request says.");
      }
      const result = await appendRoster(database, speaker, fromHex(conversation), parsed);
      if (result.fresh) fanOut.rosterAppended(conversation, speaker.user, parsed.bytes, result);
      return { seq: result.seq };
    },

    "entry:send": async ({ conversation, clientId, kind, bytes }) => ({
      seq: await queue.add({
        conversation,
        clientId,
        conversationId: fromHex(conversation),
        kind,
        bytes,
        speaker,
        untold: undefined,
      }),
    }),

    "entries:send": async ({ entries, bytes }) => {
      const parts = cutApart(
        bytes,
        entries.map(({ length }) => length),
      );
      if (parts === undefined)
        throw new RelayError("relay.malformed", "The lengths are not those of the bytes.");
      const outcomes = await Promise.allSettled(
        entries.map(({ conversation, clientId, kind }, i) =>
          queue.add({
            conversation,
            clientId,
            conversationId: fromHex(conversation),
            kind,
            bytes: parts[i] as Uint8Array,
            speaker,
            untold: socket,
          }),
        ),
      );
      return { answers: outcomes.map(answerOf) };
    },

    "entry:read": async ({ conversation, after, limit }) => {
      const id = fromHex(conversation);
      const last = await requireReader(database, speaker, id);
      return readEntries(database, id, after, limit, last);
    },

    "receipt:put": async ({ conversation, receipt }) => {
      const id = fromHex(conversation);
      const { value, bytes } = parseReceipt(copyBytes(receipt));
      if (!equalBytes(value.conversation, id) || !equalBytes(value.device, speaker.deviceId)) throw notOwn();
      const { kind, at } = value;
      const pending = { conversation, conversationId: id, kind, at, bytes, speaker };
      const { fresh, audience } = await putReceipt(pending);
      if (fresh) {
        const view = { device: speaker.device, kind: receiptKindName(kind), bytes };
        fanOut.receiptPut(conversation, speaker.user, view, audience);
      }
      return {};
    },

    "presence:set": async ({ state }) => {
      presence.set(socket, state);
      return {};
    },

    "presence:list": async ({ conversation }) => {
      const id = fromHex(conversation);
      await requireMember(database, speaker, id);
      const { members } = await readAudience(database, id);
      const others = members.filter((user) => user !== speaker.user);
      return { present: await presence.list(socket, others) };
    },

    "receipt:list": async ({ conversation }) => {
      const id = fromHex(conversation);
      await requireMember(database, speaker, id);
      return { receipts: await listReceipts(database, id) };
    },
  };
}

/** @throws RelayError "relay.signed-out": a session that has ended is told so as a whole. */
function answerOf(outcome: PromiseSettledResult<number>): RelayAnswer<{ seq: number }> {
  if (outcome.status === "fulfilled") return { ok: true, seq: outcome.value };
  const { reason } = outcome;
  if (!(reason instanceof RelayError) || reason.code === "relay.signed-out") throw reason;
  return refusalOf(reason);
}
