import { z } from "zod";
import type { OpenedMessage, RefusedEntry } from "../../../messenger/engine-options.ts";
import type { MessageView } from "../../../messenger/messenger-api.ts";
import type { AgentContext, AgentDuty, AgentPost, StartDuty } from "../agent-duty.ts";
import { AgentError } from "../agent-error.ts";
import type { AttackResult, GridState } from "../agent-states.ts";
import { findMessage, newestMessages } from "../find-message.ts";
import { KeyUse } from "../key-use.ts";
import { Latencies } from "../latencies.ts";
import { OneByOne } from "../one-by-one.ts";
import { readInput } from "../read-input.ts";
import { repeatableId } from "../repeatable-id.ts";
import { attackOrders } from "./attack-orders.ts";
import { forgeries } from "./forge-envelopes.ts";
import { gridOptionsSchema } from "./grid-options.ts";
import { GridRecord } from "./grid-record.ts";
import { GridSender } from "./grid-sender.ts";

const forgeSchema = z.strictObject({ method: z.enum([...forgeries, "all"]).default("all") });
/** Looked through at a start for orders that nobody answered. */
const lookedThrough = 2_000;
const readMs = 10_000;

/**
 * A control centre: sends readings and breaker orders to its peer once it is started from the stage, and always
 * carries out and acknowledges the peer's. Commands: start, stop, forge-breaker.
 */
export const startGridDuty: StartDuty = async (agent) => {
  const peer = agent.peers[0];
  if (peer === undefined) throw new AgentError("grid.no-peer", "there is no second control centre");
  const record = await GridRecord.open(agent.folder);
  return new GridDuty(agent, peer, record).begin();
};

class GridDuty implements AgentDuty {
  readonly #agent: AgentContext;
  readonly #peer: AgentPost;
  readonly #record: GridRecord;
  readonly #sender: GridSender;
  readonly #work: OneByOne;
  readonly #leave: (() => void)[] = [];
  readonly #readings = new Latencies();
  readonly #keys = new KeyUse();
  readonly #refusals: Record<string, number> = {};
  #lastOrder: { conversation: string; order: string } | undefined;
  #lastAttack: { at: number; results: readonly AttackResult[] } | undefined;
  #readAt = 0;

  constructor(agent: AgentContext, peer: AgentPost, record: GridRecord) {
    this.#agent = agent;
    this.#peer = peer;
    this.#record = record;
    this.#sender = new GridSender(agent, peer, this.#keys, () => record.breaker);
    this.#work = new OneByOne((error) => agent.log.warn({ error: String(error) }, "a message waits"));
  }

  begin(): this {
    this.#leave.push(
      this.#agent.onOpened((message) => this.#work.do(() => this.#opened(message))),
      this.#agent.onRefused((entry) => this.#refused(entry)),
    );
    this.#work.do(() => this.#lookBack());
    const options = this.#record.runningIn(this.#agent.run);
    if (options) this.#sender.start(options);
    return this;
  }

  readonly command = async (name: string, input: unknown): Promise<unknown> => {
    if (name === "start") {
      const options = readInput(gridOptionsSchema, input);
      await this.#record.started(this.#agent.run, options);
      this.#sender.start(options);
      return this.state();
    }
    if (name === "stop") {
      this.#sender.stop();
      await this.#record.stopped();
      return this.state();
    }
    if (name === "forge-breaker") return this.#forge(readInput(forgeSchema, input).method);
    throw new AgentError("grid.command", "a control centre knows start, stop and forge-breaker");
  };

  readonly state = (): GridState => ({
    ...this.#sender.view(),
    peer: this.#peer.handle,
    breaker: this.#record.breaker,
    readingsReceived: this.#readings.view(),
    ordersExecuted: this.#record.executed,
    ordersRefused: this.#record.tooLate,
    refusals: this.#refusals,
    lastAttack: this.#lastAttack ?? null,
    keys: this.#keys.view(),
  });

  readonly stop = async (): Promise<void> => {
    this.#sender.stop();
    for (const leave of this.#leave) leave();
    await this.#work.idle();
  };

  /** What came before this start and was not answered: a killed process may have been about to. */
  async #lookBack(): Promise<void> {
    const { engine } = this.#agent;
    const conversation = await this.#conversation();
    if (conversation === undefined) return;
    const messages = await newestMessages(engine, conversation, lookedThrough);
    for (const message of messages) if (!message.mine) await this.#take(message, false);
  }

  /** The conversation with the peer, when there is one. */
  async #conversation(): Promise<string | undefined> {
    const all = await this.#agent.engine.conversations();
    return all.find(({ group, members }) => !group && members.some(({ user }) => user === this.#peer.user))
      ?.id;
  }

  async #opened({ conversation, id }: OpenedMessage): Promise<void> {
    const message = await findMessage(this.#agent.engine, conversation, id);
    if (message) await this.#take(message, true);
    const now = Date.now();
    if (now - this.#readAt < readMs) return;
    this.#readAt = now;
    await this.#agent.engine.markRead(conversation);
  }

  /** `live`: opened just now, so that its latency says something. Anybody may write to this post: only the peer counts. */
  async #take(message: MessageView, live: boolean): Promise<void> {
    if (message.sender.user !== this.#peer.user) return;
    const { content } = message;
    if (content.kind === "telemetry" && live) this.#readings.add(Date.now() - content.measuredAt);
    if (content.kind === "acknowledgement" && live && content.target.message !== null)
      await this.#sender.acknowledged(content.target.message, content.outcome);
    if (content.kind === "order") await this.#carryOut(message, content);
  }

  async #carryOut(
    { conversation, id }: MessageView,
    order: { reference: string; action: string; notBefore: number; notAfter: number },
  ): Promise<void> {
    const now = Date.now();
    const inTime = order.notBefore <= now + clockSkewMs && now <= order.notAfter;
    const { outcome } = await this.#record.decide({ from: this.#peer.user, ...order }, inTime, now);
    this.#lastOrder = { conversation, order: id };
    const answer = { kind: "acknowledgement", message: id, outcome, note: null } as const;
    await this.#agent.engine.send(conversation, answer, "AES", 0, repeatableId("acknowledgement", id));
  }

  #refused({ code }: RefusedEntry): void {
    this.#refusals[code] = (this.#refusals[code] ?? 0) + 1;
  }

  /** The attack is on this control centre, in the name of its peer. */
  async #forge(method: (typeof forgeries)[number] | "all"): Promise<unknown> {
    const real = this.#lastOrder;
    if (real === undefined)
      throw new AgentError("grid.no-order-yet", "no breaker order has come yet: start the grid first");
    const before = this.#record.executed;
    const breaker = this.#record.breaker;
    const wire = await this.#agent.tapConnectionOf(this.#peer);
    try {
      const results = await attackOrders(this.#agent, wire, real, method === "all" ? forgeries : [method]);
      this.#lastAttack = { at: Date.now(), results };
      return {
        results,
        executed: this.#record.executed,
        executedBefore: before,
        breaker,
        refusals: this.#refusals,
      };
    } finally {
      wire.close();
    }
  }
}

/** Two sites' clocks differ. */
const clockSkewMs = 5_000;
