import type { BlockOrder } from "../../quantum/block-job.ts";
import type { BlockReport } from "../../quantum/block-result.ts";
import type { Bytes } from "../../shared/bytes.ts";

/** To a worker; both buffers are transferred, so the sender no longer has them. No name of a link or site goes along. */
export interface WorkerRequest {
  readonly order: BlockOrder;
  readonly aliceAuthentication: Bytes;
  readonly bobAuthentication: Bytes;
  /** Nobody waits for this key: the worker leaves the processor to whoever wants it. */
  readonly patient?: boolean;
}

/** From a worker; keys are transferred, so the worker no longer has them. */
export type WorkerAnswer =
  | {
      readonly ok: true;
      readonly report: BlockReport;
      readonly aliceKey?: Bytes;
      readonly bobKey?: Bytes;
      /** Bits that an attacker in the middle has too: for the demonstration, which sees what no end can. */
      readonly attackerBits: number;
      /** The thread was patient once and may not be in a hurry again: only a new one can. */
      readonly slowed?: boolean;
    }
  | { readonly ok: false; readonly message: string };
