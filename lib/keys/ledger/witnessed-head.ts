/** A site's signed head as another site's chain holds it. */
export interface WitnessedHead {
  readonly site: string;
  readonly witness: string;
  readonly length: number;
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
  readonly at: number;
}
