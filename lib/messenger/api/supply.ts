/** What the network holds for a conversation now. */
export interface SupplyView {
  /** Bits of key that this site could draw now with the site of the conversation that has least. */
  readonly bits: number;
  /** That site; null when all are at this site and no link is crossed. */
  readonly site: string | null;
}

/** What is left, so that the price of a message means something. */
export interface SupplyApi {
  /** null while the gateway does not answer: messages wait then, and say so themselves. */
  supply(conversation: string): Promise<SupplyView | null>;
}
