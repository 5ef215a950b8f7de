import { type Bytes, concatBytes } from "../shared/bytes.ts";
import type { AmplificationKind } from "./block-result.ts";
import type { SiftedCounts } from "./decoy-estimation.ts";
import { QuantumMessageError } from "./errors.ts";
import type { Triple } from "./link-parameters.ts";
import { countOnes, type PulseSettings } from "./pulse-planes.ts";

/** Alice's answer to Bob's bases: her bases and intensities. */
export function encodeSifting({ basis, decoy, vacuum }: PulseSettings): Bytes {
  return concatBytes(basis, decoy, vacuum);
}

/** @throws QuantumMessageError when the length is wrong or a pulse has two intensities. */
export function decodeSifting(body: Uint8Array, length: number): PulseSettings {
  const part = (length + 7) >> 3;
  requireLength(body, 3 * part);
  const [basis, decoy, vacuum] = [body.slice(0, part), body.slice(part, 2 * part), body.slice(2 * part)];
  if (countOnes(decoy, vacuum) > 0) throw new QuantumMessageError("unknown intensity");
  return { length, basis, decoy, vacuum };
}

/** Alice's verdict on the test bits. */
export type EstimateDecision = "continue" | "qber-high" | "no-key-in-block";

export interface EstimateMessage {
  readonly counts: SiftedCounts;
  readonly decision: EstimateDecision;
  /** Public seed of Cascade's interleavers. */
  readonly reconciliationSeed: number;
}

const decisions: readonly EstimateDecision[] = ["continue", "qber-high", "no-key-in-block"];

export function encodeEstimate({ counts, decision, reconciliationSeed }: EstimateMessage): Bytes {
  const body = new Uint8Array(41);
  const view = new DataView(body.buffer);
  const numbers = [...counts.key, ...counts.test, ...counts.testErrors, reconciliationSeed];
  for (const [i, value] of numbers.entries()) view.setUint32(i * 4, value);
  body[40] = decisions.indexOf(decision);
  return body;
}

export function decodeEstimate(body: Uint8Array): EstimateMessage {
  requireLength(body, 41);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const triple = (at: number): Triple => [view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8)];
  const decision = decisions[body[40] ?? -1];
  if (decision === undefined) throw new QuantumMessageError("unknown decision");
  return {
    counts: { key: triple(0), test: triple(12), testErrors: triple(24) },
    decision,
    reconciliationSeed: view.getUint32(36),
  };
}

/** Bob's answer to the verification hash. */
export interface VerdictMessage {
  readonly agrees: boolean;
  /** Errors he corrected: the error rate of the key basis. */
  readonly corrections: number;
  /** Those among them that came from the decoy intensity. */
  readonly decoyCorrections: number;
}

export function encodeVerdict({ agrees, corrections, decoyCorrections }: VerdictMessage): Bytes {
  const body = new Uint8Array(9);
  body[0] = agrees ? 1 : 0;
  const view = new DataView(body.buffer);
  view.setUint32(1, corrections);
  view.setUint32(5, decoyCorrections);
  return body;
}

export function decodeVerdict(body: Uint8Array): VerdictMessage {
  requireLength(body, 9);
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  return { agrees: body[0] === 1, corrections: view.getUint32(1), decoyCorrections: view.getUint32(5) };
}

export interface AmplificationMessage {
  readonly kind: AmplificationKind;
  readonly outputBits: number;
  readonly seed: Uint8Array;
}

export function encodeAmplification({ kind, outputBits, seed }: AmplificationMessage): Bytes {
  const head = new Uint8Array(5);
  head[0] = kind === "modular" ? 1 : 0;
  new DataView(head.buffer).setUint32(1, outputBits);
  return concatBytes(head, seed);
}

export function decodeAmplification(body: Uint8Array): AmplificationMessage {
  if (body.length < 5) throw new QuantumMessageError("message of the wrong length");
  return {
    kind: body[0] === 1 ? "modular" : "toeplitz",
    outputBits: new DataView(body.buffer, body.byteOffset, body.length).getUint32(1),
    seed: body.subarray(5),
  };
}

function requireLength(body: Uint8Array, length: number): void {
  if (body.length !== length) throw new QuantumMessageError("message of the wrong length");
}
