import { parseDrawRecord } from "../../protocol/draw-record.ts";
import { hash } from "../../protocol/hash.ts";
import { limits } from "../../protocol/limits.ts";
import type { HandedKey } from "../../protocol/opening-checks.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { type Bytes, equalBytes } from "../../shared/bytes.ts";
import { toHex } from "../../shared/hex.ts";
import { type GatewayPort, GatewayRefused, type PushedCopy } from "../gateway/gateway-port.ts";
import { MessengerError } from "../messenger-error.ts";
import { backoff, secureRandom } from "../outbox/backoff.ts";
import type { DeviceStore } from "../store/device-store.ts";

const pushedKept = 8192;
/** Every copy is pushed while the channel is open, at latest some draws after its message: asking sooner is work for nothing. */
const pushGrace = 1200;
const firstRetry = 400;
const longestRetry = 30_000;

/** Answers of a gateway that will not change: this key never comes. */
const finalRefusals = new Set(["copy.void", "device.revoked"]);

interface Wanted {
  readonly hash: Bytes;
  readonly promise: Promise<HandedKey>;
  readonly resolve: (key: HandedKey) => void;
  readonly reject: (error: unknown) => void;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** When the draw record has expired, ms UTC: a gateway without the key then never gets it. */
  expiry: number;
  attempts: number;
  busy: boolean;
}

/**
 * Brings together messages and their keys: copies that the gateway pushed before the message came, and messages
 * whose copy has to be fetched. Nothing is acknowledged here; that follows the commit of the message.
 */
export class CopyDesk {
  readonly #store: DeviceStore;
  readonly #gateway: GatewayPort;
  readonly #now: () => number;
  readonly #pushed = new Map<string, PushedCopy>();
  readonly #wanted = new Map<string, Wanted>();
  readonly #handed = new Map<string, HandedKey>();
  #stopped = false;

  constructor(store: DeviceStore, gateway: GatewayPort, now: () => number) {
    this.#store = store;
    this.#gateway = gateway;
    this.#now = now;
  }

  /** The key of a draw record if it is here now. */
  peek(recordHash: Bytes): HandedKey | undefined {
    return this.#handed.get(toHex(recordHash));
  }

  /**
   * The key of a draw record, as soon as the gateway has it. `claimed` is when the message says it was made (ms UTC),
   * which is after its draw. `eager`: do not wait for a push first.
   * Rejects only when the key will never come: void, expired, or not this device's.
   */
  obtain(recordHash: Bytes, claimed: number, eager: boolean): Promise<HandedKey> {
    const name = toHex(recordHash);
    const handed = this.#handed.get(name);
    if (handed) return Promise.resolve(handed);
    // A time in the future is a wrong clock or a lie: nobody waits longer for it.
    const expiry = Math.min(claimed, this.#now()) + limits.recordLife + limits.clockSkew;
    const known = this.#wanted.get(name);
    if (known) {
      known.expiry = Math.max(known.expiry, expiry);
      return known.promise;
    }
    let settle: Pick<Wanted, "resolve" | "reject"> | undefined;
    const promise = new Promise<HandedKey>((resolve, reject) => {
      settle = { resolve, reject };
    });
    promise.catch(() => undefined);
    const { resolve, reject } = settle as unknown as Pick<Wanted, "resolve" | "reject">;
    const wanted: Wanted = {
      hash: recordHash,
      promise,
      resolve,
      reject,
      timer: undefined,
      expiry,
      attempts: 0,
      busy: false,
    };
    this.#wanted.set(name, wanted);
    const pushed = this.#pushed.get(name);
    if (pushed) void this.#take(wanted, pushed);
    else this.#later(wanted, eager ? 0 : pushGrace);
    return promise;
  }

  /** The message is stored: its key goes, and the gateway may forget its copy. */
  done(recordHash: Bytes): void {
    const name = toHex(recordHash);
    this.#handed.get(name)?.key?.destroy();
    this.#handed.delete(name);
    this.#gateway.acknowledge(recordHash);
  }

  /** Stops asking for a key that is not here yet. */
  cancel(recordHash: Bytes): void {
    const wanted = this.#wanted.get(toHex(recordHash));
    if (!wanted) return;
    clearTimeout(wanted.timer);
    this.#giveUp(wanted, new MessengerError("copy.unwanted", "the key is not waited for any more"));
  }

  /** A copy came without being asked for. */
  async push(pushed: PushedCopy): Promise<void> {
    const recordHash = hash(pushed.record);
    const name = toHex(recordHash);
    const wanted = this.#wanted.get(name);
    if (wanted) {
      await this.#take(wanted, pushed);
      return;
    }
    if (this.#handed.has(name)) return;
    this.#pushed.set(name, pushed);
    if (this.#pushed.size > pushedKept) this.#pushed.delete(this.#pushed.keys().next().value as string);
  }

  /** After a connection: asks again for what is wanted, acknowledges what was stored before a crash. */
  async connected(): Promise<{ readonly nothingWaits: boolean }> {
    for (const wanted of this.#wanted.values()) {
      wanted.attempts = 0;
      this.#later(wanted, 0);
    }
    const waiting = await this.#gateway.listWaiting();
    for (const recordHash of waiting)
      if (await this.#store.get("records", toHex(recordHash))) this.#gateway.acknowledge(recordHash);
    return { nothingWaits: waiting.length === 0 };
  }

  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#wanted.values()) clearTimeout(timer);
    for (const { key } of this.#handed.values()) key?.destroy();
    this.#handed.clear();
    this.#wanted.clear();
    this.#pushed.clear();
  }

  #later(wanted: Wanted, delay: number): void {
    clearTimeout(wanted.timer);
    wanted.timer = setTimeout(() => void this.#fetch(wanted), delay);
  }

  async #fetch(wanted: Wanted): Promise<void> {
    if (wanted.busy || this.#stopped || !this.#gateway.connected) return;
    wanted.busy = true;
    try {
      const copy = await this.#gateway.fetch(wanted.hash);
      wanted.busy = false;
      if (this.#wanted.has(toHex(wanted.hash))) await this.#take(wanted, copy);
    } catch (error) {
      wanted.busy = false;
      if (error instanceof GatewayRefused && finalRefusals.has(error.code)) this.#giveUp(wanted, error);
      else if (isUnknown(error) && this.#now() > wanted.expiry) this.#giveUp(wanted, expired());
      else {
        const asked = error instanceof GatewayRefused ? error.retryAfterMs : undefined;
        this.#later(wanted, asked ?? backoff(wanted.attempts++, firstRetry, longestRetry, secureRandom));
      }
    }
  }

  async #take(wanted: Wanted, pushed: PushedCopy): Promise<void> {
    const name = toHex(wanted.hash);
    clearTimeout(wanted.timer);
    this.#pushed.delete(name);
    try {
      const { record, key } = await this.#gateway.unseal(pushed);
      const parsed = parseDrawRecord(record);
      if (!equalBytes(parsed.hash, wanted.hash)) throw wrongCopy();
      if (this.#stopped || this.#handed.has(name)) {
        key.destroy();
        return;
      }
      const handed = { record: parsed, key };
      this.#handed.set(name, handed);
      this.#wanted.delete(name);
      wanted.resolve(handed);
    } catch (error) {
      if (error instanceof ProtocolError || error instanceof MessengerError) this.#giveUp(wanted, error);
      else throw error;
    }
  }

  #giveUp(wanted: Wanted, error: unknown): void {
    this.#wanted.delete(toHex(wanted.hash));
    wanted.reject(error);
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof GatewayRefused && error.code === "copy.unknown";
}

function expired(): MessengerError {
  return new MessengerError("key.expired", "the key of this message expired before it came to this site", {
    nextStep: "Ask the sender to send it again.",
  });
}

function wrongCopy(): MessengerError {
  return new MessengerError("copy.other-record", "the gateway gave the key of another message", {
    nextStep: "Ask the sender to send it again.",
  });
}
