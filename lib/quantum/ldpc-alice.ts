import { type Bytes, concatBytes } from "../shared/bytes.ts";
import { packBits, unpackBits } from "./bits.ts";
import { QuantumMessageError } from "./errors.ts";
import { ldpcSyndrome } from "./ldpc-decoder.ts";
import { bitsOfFrame, type LdpcPlan, mostReveals, revealedPositions } from "./ldpc-plan.ts";

export const ldpcAsk = { syndromes: 1, reveal: 2 } as const;

/** Alice's side of reconciliation by syndromes: she tells the syndrome of each frame once, and bits of frames that fail. */
export class LdpcResponder {
  readonly #packed: Uint8Array;
  readonly #plan: LdpcPlan;
  #leakedBits = 0;

  /** `packed` is read, not kept beyond `destroy`. */
  constructor(packed: Uint8Array, plan: LdpcPlan) {
    this.#packed = packed.slice();
    this.#plan = plan;
  }

  /** Syndrome bits and key bits told so far. */
  get leakedBits(): number {
    return this.#leakedBits;
  }

  /** @throws QuantumMessageError when the request makes no sense here. */
  answer(request: Uint8Array): Bytes {
    if (request[0] === ldpcAsk.syndromes && request.length === 1) return this.#syndromes();
    if (request[0] === ldpcAsk.reveal && request.length > 2) return this.#reveal(request);
    throw new QuantumMessageError("unknown reconciliation request");
  }

  destroy(): void {
    this.#packed.fill(0);
  }

  #syndromes(): Bytes {
    const { code, frames } = this.#plan;
    const parts: Bytes[] = [];
    for (let frame = 0; frame < frames; frame++) {
      const bits = frameOf(this.#packed, this.#plan, frame);
      const syndrome = ldpcSyndrome(code, bits);
      this.#leakedBits += syndrome.length;
      parts.push(packBits(syndrome));
      bits.fill(0);
    }
    return concatBytes(...parts);
  }

  #reveal(request: Uint8Array): Bytes {
    const step = request[1] as number;
    if (step >= mostReveals) throw new QuantumMessageError("too many bits asked for");
    const parts: Bytes[] = [];
    for (const frame of request.subarray(2)) {
      if (frame >= this.#plan.frames) throw new QuantumMessageError("unknown frame");
      const positions = revealedPositions(this.#plan, frame, step);
      const bits = frameOf(this.#packed, this.#plan, frame);
      this.#leakedBits += positions.length;
      parts.push(packBits(Uint8Array.from(positions, (position) => bits[position] as number)));
      bits.fill(0);
    }
    return concatBytes(...parts);
  }
}

/** The bits of one frame, one per byte, filled up to the code's length with zeros. */
export function frameOf(packed: Uint8Array, plan: LdpcPlan, frame: number): Uint8Array<ArrayBuffer> {
  const from = (frame * plan.frameBits) / 8;
  const bits = new Uint8Array(plan.code.baseColumns * plan.code.lift);
  bits.set(unpackBits(packed.subarray(from), bitsOfFrame(plan, frame)));
  return bits;
}
