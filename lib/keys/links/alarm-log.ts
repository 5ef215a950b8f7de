import { formatUuid, timeUuid } from "../../shared/uuid.ts";
import type { AlarmView, LinkAlarmCause, LinkWarning } from "../api-types.ts";

const kept = 500;

const warnings: ReadonlySet<LinkAlarmCause> = new Set<LinkWarning>(["loss-high", "drift-compensated"]);

/** What a person reads: what happened, what it means, what the system did. */
const texts: Readonly<Record<LinkAlarmCause, string>> = {
  "qber-high":
    "Too many bits differ between the two ends: somebody may be measuring the light, or a device is out of adjustment. The block was thrown away; no key from it is used.",
  "decoy-ratio-low":
    "Weak test pulses arrive too rarely beside strong ones: somebody may be splitting photons off the strong ones. The error rate would not show it. The block was thrown away.",
  "photocurrent-high":
    "Far too much current flows in the receiver: somebody may be blinding its detectors to steer them. Errors and rates look normal. Key is withheld by policy. Pulsed attacks have evaded such monitors in tests.",
  "light-excess":
    "Far too much light arrives: somebody may be jamming the link, or stray light gets in. The block was thrown away.",
  "detector-unbalanced":
    "One of the receiver's two detectors answers less often than the other: it is failing or dead. Bits would be easy to guess, so the block was thrown away.",
  "misalignment-limit":
    "The fibre has turned the light further than the receiver can turn it back, and errors are too many. It could also be somebody listening: the block was thrown away.",
  "no-key-in-block":
    "The block's finite-key bound leaves no secret bit. It was thrown away; key made before is not affected.",
  "no-light": "No light arrives: the fibre is cut or a device is off. Key made before is not affected.",
  "verification-failed": "The two ends could not agree on the same bits. The block was thrown away.",
  "authentication-failed":
    "A message between the two ends was not authentic: somebody may stand between them and pretend to each to be the other. The block was thrown away.",
  "authentication-key-low":
    "The link is short of the key that authenticates its own messages. It makes no new key until the reserve is topped up or installed anew.",
  "loss-high":
    "Less light arrives than usual: a bend, a dirty connector or an ageing fibre. The link makes key more slowly; its key is good.",
  "drift-compensated":
    "The fibre turns the light more than usual. The receiver turns it back and the key is good; at the end of its range errors will rise.",
};

/** Alarms and warnings of all links: at most one standing per link, the newest past ones kept. */
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
    const alarm: AlarmView = {
      id: formatUuid(timeUuid(at)),
      link,
      cause,
      severity: warnings.has(cause) ? "warning" : "alarm",
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
