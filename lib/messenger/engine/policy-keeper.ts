import {
  decodeLevelPolicy,
  defaultLevelPolicy,
  encodeLevelPolicy,
  type LevelPolicy,
} from "../../protocol/level-policy.ts";
import { limits } from "../../protocol/limits.ts";
import { duringChange } from "../../protocol/policy-change.ts";
import type { DeviceStore, StoreWrite } from "../store/device-store.ts";
import { bytes, rowCodec, uint } from "../store/row-codec.ts";

const key = "policy";

/** "device/policy": the network's rules for levels, the ones before them, and when this device was told. */
interface PolicyRow {
  readonly current: Uint8Array<ArrayBuffer>;
  readonly before: Uint8Array<ArrayBuffer>;
  readonly since: number;
}

const policyRow = rowCodec<PolicyRow>({ current: bytes, before: bytes, since: uint });

/** The rules for levels that this device's own gateway told it, kept over restarts. */
export class PolicyKeeper {
  readonly #store: DeviceStore;
  readonly #now: () => number;
  #current = defaultLevelPolicy;
  #before = defaultLevelPolicy;
  #since = 0;

  constructor(store: DeviceStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** What may be written now. */
  get current(): LevelPolicy {
    return this.#current;
  }

  /**
   * What is opened now: for as long as a key may wait for its reader, also what the rules before allowed. A message that
   * was written properly is not refused for a change that came after it.
   */
  get reading(): LevelPolicy {
    const old = this.#now() - this.#since > limits.recordLife;
    return old ? this.#current : duringChange(this.#before, this.#current);
  }

  async load(): Promise<void> {
    const stored = await this.#store.get("device", key);
    if (!stored) return;
    const { current, before, since } = policyRow.decode(stored);
    this.#current = decodeLevelPolicy(current);
    this.#before = decodeLevelPolicy(before);
    this.#since = since;
  }

  /** The row to store with rules that are newer than those known; undefined for all others. */
  take(policy: LevelPolicy): StoreWrite | undefined {
    if (policy.serial <= this.#current.serial) return undefined;
    this.#before = this.#current;
    this.#current = policy;
    this.#since = this.#now();
    const current = encodeLevelPolicy(policy);
    const value = policyRow.encode({ current, before: encodeLevelPolicy(this.#before), since: this.#since });
    return { table: "device", key, value };
  }
}
