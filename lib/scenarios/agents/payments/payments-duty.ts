import { randomUUID } from "node:crypto";
import type { OpenedMessage } from "../../../messenger/engine-options.ts";
import type { MessageView } from "../../../messenger/messenger-api.ts";
import type { AgentContext, AgentDuty, AgentPost, StartDuty } from "../agent-duty.ts";
import { AgentError } from "../agent-error.ts";
import type { BatchResult, PaymentsState } from "../agent-states.ts";
import { findMessage, newestMessages } from "../find-message.ts";
import { KeyUse } from "../key-use.ts";
import { Latencies } from "../latencies.ts";
import { OneByOne } from "../one-by-one.ts";
import { readInput } from "../read-input.ts";
import { repeatableId } from "../repeatable-id.ts";
import { secureRandom } from "../secure-random.ts";
import { type Batch, Ledger } from "./ledger.ts";
import { paymentId, paymentOf, sendBatch, settlementId } from "./pay-batch.ts";
import {
  type BatchOptions,
  batchOptionsSchema,
  type PaymentsOptions,
  paymentsOptionsSchema,
} from "./payments-options.ts";

const lookedThrough = 5_000;
/** Transfers disappear from both devices an hour after they were read; the ledgers stay. */
const keptSeconds = 3_600;
/** A command that takes longer answers with what is settled so far. */
const patienceMs = 75_000;
const largestCents = 10_000_000;

/**
 * A central bank: pays its peer in batches when the stage says so, and always books and acknowledges the peer's
 * transfers and compares totals. Commands: run-batch, start (batch after batch), stop.
 */
export const startPaymentsDuty: StartDuty = async (agent) => {
  const peer = agent.peers[0];
  if (peer === undefined) throw new AgentError("payments.no-peer", "there is no second central bank");
  return new PaymentsDuty(agent, peer, await Ledger.open(agent.folder)).begin();
};

class PaymentsDuty implements AgentDuty {
  readonly #agent: AgentContext;
  readonly #peer: AgentPost;
  readonly #ledger: Ledger;
  readonly #work: OneByOne;
  readonly #leave: (() => void)[] = [];
  readonly #keys = new KeyUse();
  readonly #settlements = new Latencies();
  /** Own messages that are not acknowledged yet. */
  readonly #sent = new Map<
    string,
    { readonly batch: string; readonly index: number | null; readonly at: number }
  >();
  /** Settlements of the peer of which not everything is booked yet. */
  readonly #pending = new Map<string, MessageView>();
  readonly #finished = new Set<() => void>();
  #running: AbortController | undefined;
  #options: PaymentsOptions | undefined;
  #lastResult: BatchResult | null = null;

  constructor(agent: AgentContext, peer: AgentPost, ledger: Ledger) {
    this.#agent = agent;
    this.#peer = peer;
    this.#ledger = ledger;
    this.#work = new OneByOne((error) => agent.log.warn({ error: String(error) }, "a transfer waits"));
  }

  begin(): this {
    this.#leave.push(this.#agent.onOpened((message) => this.#work.do(() => this.#opened(message))));
    this.#work.do(() => this.#lookBack());
    const options = this.#ledger.runningIn(this.#agent.run);
    if (options) this.#start(options);
    return this;
  }

  readonly command = async (name: string, input: unknown): Promise<unknown> => {
    if (name === "run-batch") return await this.#runBatch(readInput(batchOptionsSchema, input));
    if (name === "start") {
      const options = readInput(paymentsOptionsSchema, input);
      await this.#ledger.started(this.#agent.run, options);
      this.#start(options);
      return this.state();
    }
    if (name === "stop") {
      this.#halt();
      await this.#ledger.stopped();
      return this.state();
    }
    throw new AgentError("payments.command", "a central bank knows run-batch, start and stop");
  };

  readonly state = (): PaymentsState => ({
    running: this.#options !== undefined,
    options: this.#options ?? null,
    peer: this.#peer.handle,
    ...this.#ledger.totals,
    unsettled: this.#sent.size,
    settlementTime: this.#settlements.view(),
    keys: this.#keys.view(),
    lastBatch: this.#lastResult,
  });

  readonly stop = async (): Promise<void> => {
    this.#halt();
    for (const leave of this.#leave.splice(0)) leave();
    for (const finished of this.#finished) finished();
    await this.#work.idle();
  };

  #start(options: PaymentsOptions): void {
    this.#halt();
    this.#options = options;
    const running = new AbortController();
    this.#running = running;
    const next = async (): Promise<void> => {
      while (!running.signal.aborted) {
        await this.#runBatch(options).catch((error) =>
          this.#agent.log.warn({ error: String(error) }, "a batch could not be sent"),
        );
        await pause(options.pauseMs, running.signal);
      }
    };
    void next();
  }

  #halt(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#options = undefined;
  }

  async #runBatch({ transfers, suite }: BatchOptions): Promise<BatchResult> {
    const begun = performance.now();
    const amounts = Array.from({ length: transfers }, () => 1 + Math.floor(secureRandom() * largestCents));
    const { engine } = this.#agent;
    const conversation = await this.#conversation();
    const name = randomUUID();
    const content = paymentOf({ batch: name, amounts }, 0, this.#parties, Date.now());
    const { bits: otpBitsEach } = await engine.price(conversation, content, "OTP");
    await this.#ledger.open({ batch: name, suite, amounts });
    await this.#send(conversation, this.#find(name));
    await this.#finish(name);
    const batch = this.#find(name);
    const keys = await this.#countKeys(batch);
    const result: BatchResult = {
      batch: name,
      suite,
      transfers,
      settled: batch.settled.size,
      total: sum(batch.amounts),
      settledTotal: sum(batch.amounts.filter((_, index) => batch.settled.has(index))),
      agreed: batch.agreed,
      milliseconds: Math.round(performance.now() - begun),
      keyBits: keys,
      otpBits: otpBitsEach * transfers,
    };
    this.#lastResult = result;
    return result;
  }

  get #parties() {
    return { debtor: this.#agent.post, creditor: this.#peer };
  }

  #find(name: string): Batch {
    const batch = this.#ledger.batch(name);
    if (batch === undefined) throw new Error("a batch is not in the ledger");
    return batch;
  }

  async #send(conversation: string, batch: Batch): Promise<void> {
    const at = performance.now();
    for (const index of batch.amounts.keys())
      if (!batch.settled.has(index))
        this.#sent.set(paymentId(batch.batch, index), { batch: batch.batch, index, at });
    this.#sent.set(settlementId(batch.batch), { batch: batch.batch, index: null, at });
    await sendBatch(this.#agent.engine, conversation, batch, this.#parties);
  }

  /** Resolves when a batch is settled and compared, or patience is over, or this agent stops. */
  #finish(name: string): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#finished.delete(look);
        resolve();
      };
      const timer = setTimeout(done, patienceMs);
      const look = (): void => {
        const batch = this.#find(name);
        const stopped = this.#leave.length === 0;
        if (stopped || (batch.agreed !== null && batch.settled.size === batch.amounts.length)) done();
      };
      this.#finished.add(look);
      look();
    });
  }

  /** Bits of end-to-end key that the batch's messages drew. */
  async #countKeys({ batch, amounts }: Batch): Promise<number> {
    const before = bitsOf(this.#keys);
    for (const id of [...[...amounts.keys()].map((index) => paymentId(batch, index)), settlementId(batch)]) {
      const card = await this.#agent.engine.keyCard(id).catch(() => null);
      if (card) this.#keys.add(card);
    }
    return bitsOf(this.#keys) - before;
  }

  async #conversation(): Promise<string> {
    const { engine, post } = this.#agent;
    const conversation = await engine.openConversation(this.#peer.user);
    const view = (await engine.conversations()).find(({ id }) => id === conversation);
    if (view?.timerSeconds === null && post.handle < this.#peer.handle)
      await engine.setTimer(conversation, keptSeconds);
    return conversation;
  }

  async #opened({ conversation, id }: OpenedMessage): Promise<void> {
    const message = await findMessage(this.#agent.engine, conversation, id);
    if (message) await this.#take(message);
    await this.#agent.engine.markRead(conversation);
  }

  /** After a start: what a killed process may have been about to answer or to send. */
  async #lookBack(): Promise<void> {
    const { engine } = this.#agent;
    const all = await engine.conversations();
    const found = all.find(
      ({ group, members }) => !group && members.some(({ user }) => user === this.#peer.user),
    );
    if (found === undefined) return;
    const open = this.#ledger.batches.filter(
      ({ agreed, settled, amounts }) => agreed === null || settled.size < amounts.length,
    );
    for (const batch of open) await this.#send(found.id, batch);
    for (const message of await newestMessages(engine, found.id, lookedThrough))
      if (!message.mine) await this.#take(message);
  }

  async #take(message: MessageView): Promise<void> {
    // Anybody may write to this post: only the other bank's messages move money.
    if (message.sender.user !== this.#peer.user) return;
    const { content } = message;
    if (content.kind === "payment") await this.#book(message, content);
    if (content.kind === "order") await this.#compare(message);
    if (content.kind === "acknowledgement" && content.target.message !== null)
      await this.#acknowledged(content.target.message, content.outcome === "done");
  }

  async #book(message: MessageView, payment: { reference: string; amount: number }): Promise<void> {
    const booked = await this.#ledger.book(this.#peer.user, payment.reference, payment.amount);
    await this.#answer(message, booked ? "done" : "refused", null);
    for (const settlement of this.#pending.values()) await this.#compare(settlement);
  }

  /** Answers a settlement once everything of its batch is booked. */
  async #compare(message: MessageView): Promise<void> {
    const { content, id } = message;
    if (content.kind !== "order") return;
    const wanted = (name: string) => Number(content.parameters.find((one) => one.name === name)?.value);
    const received = this.#ledger.receivedOf(this.#peer.user, content.reference);
    if (received.count < wanted("count") && Date.now() < content.notAfter) {
      this.#pending.set(id, message);
      return;
    }
    this.#pending.delete(id);
    const agreed = received.count === wanted("count") && received.amount === wanted("total");
    await this.#answer(message, agreed ? "done" : "refused", `${received.count} ${received.amount}`);
  }

  async #answer(
    { conversation, id }: MessageView,
    outcome: "done" | "refused",
    note: string | null,
  ): Promise<void> {
    const answer = { kind: "acknowledgement", message: id, outcome, note } as const;
    await this.#agent.engine.send(conversation, answer, "AES", 0, repeatableId("acknowledgement", id));
  }

  async #acknowledged(message: string, done: boolean): Promise<void> {
    const sent = this.#sent.get(message);
    if (sent === undefined) return;
    if (sent.index === null) await this.#ledger.reconcile(sent.batch, done);
    else if (done) await this.#ledger.settle(sent.batch, sent.index);
    this.#sent.delete(message);
    this.#settlements.add(performance.now() - sent.at);
    for (const look of this.#finished) look();
  }
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

function bitsOf(keys: KeyUse): number {
  return keys.view().reduce((total, { endToEndBits }) => total + endToEndBits, 0);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
