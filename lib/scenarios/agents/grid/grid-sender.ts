import { randomUUID } from "node:crypto";
import type { Outcome } from "../../../messenger/api/content.ts";
import type { Delivery } from "../../../messenger/messenger-api.ts";
import type { AgentContext, AgentPost } from "../agent-duty.ts";
import { findMessage } from "../find-message.ts";
import type { KeyUse } from "../key-use.ts";
import { Latencies } from "../latencies.ts";
import { type GridOptions, orderLifeMs } from "./grid-options.ts";
import { GridReadings } from "./grid-readings.ts";
import type { BreakerPosition } from "./grid-record.ts";

/** Messages of the grid disappear an hour after they were read: it may run for days. */
const keptSeconds = 3_600;
const unsent: ReadonlySet<Delivery["state"]> = new Set([
  "waiting-for-key",
  "waiting-for-device",
  "drawing",
  "sending",
]);

/** Sends readings and breaker orders at the pace it was started with. */
export class GridSender {
  readonly #agent: AgentContext;
  readonly #peer: AgentPost;
  readonly #keys: KeyUse;
  readonly #position: () => BreakerPosition;
  readonly #readings = new GridReadings();
  readonly #roundTrips = new Latencies();
  readonly #outstanding = new Map<string, number>();
  readonly #uncounted = new Set<string>();
  #options: GridOptions | undefined;
  #timer: NodeJS.Timeout | undefined;
  #generation = 0;
  #conversation: string | undefined;
  #waiting: string | null = null;
  #readingsSent = 0;
  #ordersSent = 0;
  #ordersDone = 0;
  #ordersRefused = 0;

  constructor(agent: AgentContext, peer: AgentPost, keys: KeyUse, position: () => BreakerPosition) {
    this.#agent = agent;
    this.#peer = peer;
    this.#keys = keys;
    this.#position = position;
  }

  start(options: GridOptions): void {
    this.stop();
    this.#options = options;
    const generation = this.#generation;
    let turn = 0;
    const next = async (): Promise<void> => {
      await this.#turn(options, turn).then(
        (sent) => {
          if (sent) turn++;
        },
        (error) => {
          this.#waiting = error instanceof Error && "code" in error ? String(error.code) : "agent.failed";
        },
      );
      if (generation === this.#generation) this.#timer = setTimeout(next, options.intervalMs);
    };
    void next();
  }

  stop(): void {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#options = undefined;
    this.#waiting = null;
  }

  /** The peer has answered an order of ours. */
  async acknowledged(message: string, outcome: Outcome): Promise<void> {
    const at = this.#outstanding.get(message);
    if (at === undefined || outcome === "received") return;
    this.#outstanding.delete(message);
    this.#roundTrips.add(performance.now() - at);
    if (outcome === "done") this.#ordersDone++;
    else this.#ordersRefused++;
  }

  view() {
    return {
      running: this.#options !== undefined,
      options: this.#options ?? null,
      /** Why nothing leaves now, a code; null: all is well. */
      waiting: this.#waiting,
      readingsSent: this.#readingsSent,
      ordersSent: this.#ordersSent,
      ordersAcknowledged: this.#ordersDone,
      ordersRefusedByPeer: this.#ordersRefused,
      orderRoundTrip: this.#roundTrips.view(),
    };
  }

  /** False: the messages before have not left yet, so no more are added. */
  async #turn(options: GridOptions, turn: number): Promise<boolean> {
    const conversation = await this.#open();
    this.#waiting = await this.#count(conversation);
    if (this.#waiting !== null) return false;
    const { engine, post } = this.#agent;
    const reading = this.#readings.measure(post.name, this.#position(), Date.now());
    this.#uncounted.add(await engine.send(conversation, reading, options.suite));
    this.#readingsSent++;
    if (turn % options.orderEvery === 0) await this.#order(conversation, options);
    return true;
  }

  async #order(conversation: string, { orderSuite }: GridOptions): Promise<void> {
    const now = Date.now();
    const order = {
      kind: "order",
      reference: randomUUID(),
      target: "Breaker 7, interconnector",
      action: this.#ordersSent % 2 === 0 ? "open" : "close",
      parameters: [],
      notBefore: now,
      notAfter: now + orderLifeMs,
    } as const;
    const begun = performance.now();
    const id = await this.#agent.engine.send(conversation, order, orderSuite);
    this.#outstanding.set(id, begun);
    this.#uncounted.add(id);
    this.#ordersSent++;
  }

  async #open(): Promise<string> {
    if (this.#conversation !== undefined) return this.#conversation;
    const { engine, post } = this.#agent;
    const conversation = await engine.openConversation(this.#peer.user);
    const [view] = (await engine.conversations()).filter(({ id }) => id === conversation);
    // One of the two says it for both.
    if (view?.timerSeconds === null && post.handle < this.#peer.handle)
      await engine.setTimer(conversation, keptSeconds);
    this.#conversation = conversation;
    return conversation;
  }

  /** Counts the key of what has left; why the oldest of the others waits, or null. */
  async #count(conversation: string): Promise<string | null> {
    const { engine } = this.#agent;
    for (const id of this.#uncounted) {
      const message = await findMessage(engine, conversation, id);
      const state = message?.delivery?.state;
      if (state !== undefined && unsent.has(state))
        return message?.delivery?.state === "waiting-for-key" ? message.delivery.code : state;
      const card = message && (await engine.keyCard(id));
      if (card) this.#keys.add(card);
      this.#uncounted.delete(id);
    }
    return null;
  }
}
