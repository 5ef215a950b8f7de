import type { Opened } from "../../protocol/opening.ts";
import { payloadKinds } from "../../protocol/payload.ts";
import { type Roster, rosterAt } from "../../protocol/roster.ts";
import { parseRosterEvent, type RosterChange } from "../../protocol/roster-event.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import type { TimelineView } from "../api/groups.ts";
import type { Conversation } from "../engine/conversation.ts";
import type { EngineParts } from "../engine/engine-parts.ts";
import { ordinalKey, parseOrdinalKey } from "../engine/rows.ts";
import type { StoreWrite } from "../store/device-store.ts";
import { bytes, flag, oneOf, rowCodec, text, uint } from "../store/row-codec.ts";

const kinds = [
  "created",
  "added",
  "removed",
  "left",
  "role",
  "device-added",
  "device-removed",
  "renamed",
  "timer",
] as const satisfies readonly TimelineView["kind"][];

/** "timeline/<conversation>/<ordinal>": what happened between the messages. */
interface TimelineRow {
  readonly kind: TimelineView["kind"];
  /** By the author's clock, ms UTC. */
  readonly at: number;
  readonly actor?: Bytes;
  readonly subject?: Bytes;
  readonly text?: string;
  readonly historyBegins: boolean;
}

const timelineRow = rowCodec<TimelineRow>({
  kind: oneOf(kinds),
  at: uint,
  actor: bytes,
  subject: bytes,
  text,
  historyBegins: flag,
});

/** Membership events and settings of a conversation, in their place among its messages. */
export class TimelineLedger {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** The row of a membership event that was just applied; `before` is the membership until then. */
  membership(conversation: Conversation, before: Roster | undefined, event: Bytes): StoreWrite {
    const { value } = parseRosterEvent(event);
    const { self } = this.#parts;
    const author = toHex(value.author);
    const actor = (before?.devices.get(author) ?? conversation.roster?.devices.get(author))?.user;
    const begins =
      before !== undefined &&
      !before.devices.has(self.device) &&
      conversation.device(self.device) !== undefined;
    const write = this.#write(conversation, {
      ...tell(value.change, actor),
      at: value.at,
      ...(actor === undefined ? {} : { actor }),
      historyBegins: begins,
    });
    if (begins) conversation.historyBegins = parseOrdinalKey(write.key).ordinal;
    return write;
  }

  /** A setting that a message made: a new title, or a timer ("0" is off). */
  setting(
    conversation: Conversation,
    setting: {
      readonly kind: "renamed" | "timer";
      readonly at: number;
      readonly actor: Bytes;
      readonly text: string;
    },
  ): StoreWrite {
    // The latest wins everywhere, whatever the order in which they came.
    if (setting.kind === "renamed" && setting.at >= (conversation.renamed?.at ?? 0))
      conversation.renamed = { title: setting.text, at: setting.at };
    return this.#write(conversation, { ...setting, historyBegins: false });
  }

  /** What a title message of a moderator changes; of others it changes nothing. */
  titled(conversation: Conversation, { header, payload }: Opened): readonly StoreWrite[] {
    if (payload.kind !== payloadKinds.title) return [];
    const roster = rosterAt(conversation.roster, header.rosterHead);
    const actor = roster?.devices.get(toHex(header.senderDevice))?.user;
    if (!actor || !roster?.members.get(toHex(actor))?.moderator) return [];
    const { title } = payload.body;
    return [this.setting(conversation, { kind: "renamed", at: header.sentAt, actor, text: title })];
  }

  /** Finds the title that messages gave before this start, and where this device's membership begins. */
  async load(conversation: Conversation): Promise<void> {
    for (const { key, value } of await this.#parts.store.range("timeline", {
      prefix: `${conversation.id}/`,
    })) {
      const { kind, at, text: title, historyBegins } = timelineRow.decode(value);
      if (historyBegins) conversation.historyBegins = parseOrdinalKey(key).ordinal;
      if (kind === "renamed" && title !== undefined && at >= (conversation.renamed?.at ?? 0))
        conversation.renamed = { title, at };
    }
  }

  async list(conversation: Conversation): Promise<readonly TimelineView[]> {
    const rows = await this.#parts.store.range("timeline", { prefix: `${conversation.id}/` });
    return rows.map(({ key, value }) => {
      const row = timelineRow.decode(value);
      return {
        id: key,
        kind: row.kind,
        at: row.at,
        actor: this.#name(row.actor),
        subject: this.#name(row.subject),
        ...(row.text === undefined ? {} : { text: row.text }),
        ordinal: parseOrdinalKey(key).ordinal,
        historyBegins: row.historyBegins,
      };
    });
  }

  #write(conversation: Conversation, row: TimelineRow): StoreWrite {
    const key = ordinalKey(conversation.id, conversation.takeOrdinal());
    return { table: "timeline", key, value: timelineRow.encode(row) };
  }

  #name(user: Bytes | undefined): string | null {
    return user === undefined ? null : (this.#parts.directory.user(toHex(user))?.name ?? null);
  }
}

function tell(
  change: RosterChange,
  actor: Bytes | undefined,
): Pick<TimelineRow, "kind" | "subject" | "text"> {
  switch (change.kind) {
    case "create":
      return { kind: "created", ...(change.title === undefined ? {} : { text: change.title }) };
    case "add":
      return { kind: "added", subject: change.member.user };
    case "remove":
      return {
        kind: actor !== undefined && equalBytes(actor, change.user) ? "left" : "removed",
        subject: change.user,
      };
    case "device-add":
      return { kind: "device-added", subject: change.user };
    case "device-remove":
      return { kind: "device-removed", subject: change.user };
    case "role":
      return { kind: "role", subject: change.user, text: change.moderator ? "moderator" : "member" };
  }
}
