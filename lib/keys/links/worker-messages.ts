import type { BlockReport } from "../../quantum/block-result.ts";
import type { ChannelCondition } from "../../quantum/condition.ts";
import type { LinkParameters } from "../../quantum/link-parameters.ts";
import type { Bytes } from "../../shared/bytes.ts";

/** All a block needs to know. No name of a link or site: a worker has no use for it. */
export interface BlockOrder {
  readonly parameters: LinkParameters;
  readonly condition: ChannelCondition;
  /** Key-basis bits after which the block is closed. */
  readonly siftedTarget: number;
  /** Pulses after which it is closed in any case. */
  readonly maxPulses: number;
  readonly epsilonSec: number;
  readonly epsilonCor: number;
}

/** To a worker; both buffers are transferred, so the sender no longer has them. */
export interface WorkerRequest {
  readonly order: BlockOrder;
  readonly aliceAuthentication: Bytes;
  readonly bobAuthentication: Bytes;
}

/** From a worker; keys are transferred, so the worker no longer has them. */
export type WorkerAnswer =
  | { readonly ok: true; readonly report: BlockReport; readonly aliceKey?: Bytes; readonly bobKey?: Bytes }
  | { readonly ok: false; readonly message: string };
