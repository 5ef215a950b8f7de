import type { Bytes } from "../shared/bytes.ts";
import type { EndName } from "./authentication.ts";

/** Every message of the protocol, in the order of a block. */
export const messageKind = {
  bases: 1,
  sifting: 2,
  testBits: 3,
  estimate: 4,
  reconciliationRequest: 5,
  reconciliationAnswer: 6,
  verification: 7,
  verdict: 8,
  amplification: 9,
  tag: 10,
  keyBits: 11,
} as const;

export type MessageKind = (typeof messageKind)[keyof typeof messageKind];

export interface ClassicalMessage {
  readonly from: EndName;
  readonly kind: MessageKind;
  readonly body: Bytes;
}

/** An adversary on the public line: returns what arrives instead. */
export type Tamper = (message: ClassicalMessage) => Bytes;

/** The public line. Everything that passes is recorded as sent; anybody may read it, and `tamper` may change it. */
export class ClassicalChannel {
  readonly #messages: ClassicalMessage[] = [];
  readonly #tamper: Tamper | undefined;
  #bytes = 0;

  constructor(tamper?: Tamper) {
    this.#tamper = tamper;
  }

  get messages(): readonly ClassicalMessage[] {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Carries a message and returns the body that arrives: memory of its own, so that the ends share none. */
  carry(message: ClassicalMessage): Bytes {
    this.#messages.push(message);
    this.#bytes += message.body.length;
    return this.#tamper === undefined ? message.body.slice() : this.#tamper(message).slice();
  }
}
