import type { Bytes } from "../../shared/bytes.ts";

/** Who asks, as the handshake found: the database is asked again at every event whether that still holds. */
export type Speaker = {
  /** User id, hex and bytes. */
  readonly user: string;
  readonly userId: Bytes;
  /** Device id, hex and bytes. Claimed by the client; certificates bind it. */
  readonly device: string;
  readonly deviceId: Bytes;
  /** Session version of the user at the handshake. */
  readonly version: number;
} & (
  | { readonly session: string; readonly sessionId: Bytes }
  | { readonly session: null; readonly sessionId: null }
);
