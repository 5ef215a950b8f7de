import { optional, structOf, textOf, uintOf } from "./cbor-codecs.ts";
import { limits } from "./limits.ts";

/** A registered message of an office. Its level is the envelope's. */
export interface FormalBody {
  readonly registrationNumber: string;
  /** Unclassified by rule, whatever the text's level: shown in lists and notifications. */
  readonly subject: string;
  /** The office that answers for it. */
  readonly originator: string;
  /** Milliseconds UTC after which it may be downgraded; absent when not fixed. */
  readonly downgradeAt?: number;
  /** Copy `copy` of `copies`, from 1. */
  readonly copy: number;
  readonly copies: number;
  readonly text: string;
}

const line = textOf(limits.title, 1);

export const formalCodec = structOf<FormalBody>({
  registrationNumber: [1, textOf(64, 1)],
  subject: [2, line],
  originator: [3, line],
  downgradeAt: [4, optional(uintOf())],
  copy: [5, uintOf(10_000, 1)],
  copies: [6, uintOf(10_000, 1)],
  text: [7, textOf(limits.textBody)],
});
