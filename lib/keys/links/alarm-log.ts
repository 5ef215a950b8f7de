import { formatUuid, timeUuid } from "../../shared/uuid.ts";
import type { AlarmView, LinkAlarmCause } from "../api-types.ts";

const kept = 500;

/** What a person reads: what happened, what is safe. */
const texts: Readonly<Record<LinkAlarmCause, string>> = {
  "qber-high":
    "Too many errors: somebody may be listening on the fibre, or a device is out of adjustment. The block was thrown away; no key from it is used.",
  "no-key-in-block":
    "The block's finite-key bound leaves no secret bit. It was thrown away; key made before is not affected.",
  "no-light": "No light arrives: the fibre is cut or a device is off. Key made before is not affected.",
  "verification-failed": "The two ends could not agree on the same bits. The block was thrown away.",
  "authentication-failed":
    "A message between the two ends was not authentic: somebody may stand between them. The block was thrown away.",
  "authentication-key-low":
    "The link is short of the key that authenticates its own messages. It makes no new key until the reserve is topped up or installed anew.",
};

/** Alarms of all links: at most one standing per link, the newest past ones kept. */
export class AlarmLog {
  readonly #standing = new Map<string, AlarmView>();
  #past: AlarmView[] = [];

  standing(link: string): AlarmView | undefined {
    return this.#standing.get(link);
  }

  /** Newest first; standing ones before past ones. */
  all(): readonly AlarmView[] {
    return [
      ...[...this.#standing.values()].sort((one, other) => other.raisedAt - one.raisedAt),
      ...this.#past,
    ];
  }

  /** Answers what changed: nothing when the same alarm stands already. */
  raise(link: string, cause: LinkAlarmCause, at: number): readonly AlarmView[] {
    const before = this.#standing.get(link);
    if (before?.cause === cause) return [];
    const cleared = this.clear(link, at);
    const alarm = {
      id: formatUuid(timeUuid(at)),
      link,
      cause,
      text: texts[cause],
      raisedAt: at,
      clearedAt: null,
    };
    this.#standing.set(link, alarm);
    return [...cleared, alarm];
  }

  clear(link: string, at: number): readonly AlarmView[] {
    const alarm = this.#standing.get(link);
    if (alarm === undefined) return [];
    this.#standing.delete(link);
    const cleared = { ...alarm, clearedAt: at };
    this.#past = [cleared, ...this.#past].slice(0, kept);
    return [cleared];
  }
}
