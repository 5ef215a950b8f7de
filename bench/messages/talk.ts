import type { SuiteName } from "../../lib/messenger/messenger-api.ts";
import type { MessengerEngine } from "../../lib/messenger/messenger-engine.ts";
import type { BenchDevice } from "./bench-device.ts";

/** 40 characters: 64 bytes once it is a padded payload. */
const text = "Situation unchanged; next report at 1800";

interface UnderWay {
  readonly sentAt: number;
  /** Devices that have not opened it yet. */
  left: number;
}

/** A conversation from one device to one other or, in a group, to several; counts what every one of them opened. */
export class Talk {
  readonly #underWay = new Map<string, UnderWay>();
  readonly latencies: number[] = [];
  opened = 0;
  #room: (() => void) | undefined;

  private constructor(
    readonly sender: MessengerEngine,
    readonly conversation: string,
    readonly receivers: number,
  ) {}

  /** @throws when `devices` are fewer than two. */
  static async open(devices: readonly BenchDevice[]): Promise<Talk> {
    const [first, ...others] = devices;
    const [second] = others;
    if (first === undefined || second === undefined) throw new Error("a talk takes two devices or more");
    const { engine } = first;
    const conversation =
      others.length === 1
        ? await engine.openConversation(second.user)
        : await engine.createGroup(
            "Benchmark",
            others.map(({ user }) => user),
          );
    const talk = new Talk(engine, conversation, others.length);
    first.onOpened = () => undefined;
    for (const device of others) device.onOpened = (id) => talk.#noteOpened(id);
    return talk;
  }

  get inFlight(): number {
    return this.#underWay.size;
  }

  /** Resolves with the message's id once it is in the outbox. */
  async send(suite: SuiteName): Promise<string> {
    const sentAt = performance.now();
    const id = await this.sender.send(this.conversation, text, suite);
    this.#underWay.set(id, { sentAt, left: this.receivers });
    return id;
  }

  /** One more device has opened and committed a message. */
  #noteOpened(id: string): void {
    const message = this.#underWay.get(id);
    if (message === undefined || --message.left > 0) return;
    this.#underWay.delete(id);
    this.latencies.push(performance.now() - message.sentAt);
    this.opened++;
    this.#room?.();
  }

  /** Keeps `window` messages under way until the time is over. */
  async keepSending(suite: SuiteName, window: number, until: number): Promise<void> {
    while (Date.now() < until) {
      if (this.inFlight < window) await this.send(suite);
      else await this.#waitForRoom(until);
    }
  }

  #waitForRoom(until: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, until - Date.now()));
      this.#room = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Sends at a fixed mean rate, whatever comes back. */
  async sendAtRate(suite: SuiteName, perSecond: number, until: number): Promise<void> {
    const gap = 1000 / perSecond;
    let due = Date.now() + (gap * (crypto.getRandomValues(new Uint8Array(1))[0] as number)) / 256;
    while (due < until) {
      await new Promise((next) => setTimeout(next, Math.max(0, due - Date.now())));
      void this.send(suite);
      due += gap;
    }
  }
}
