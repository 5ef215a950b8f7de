import { VernamError } from "../shared/errors.ts";

/** Bytes or a request that break the protocol. Codes are listed in docs/PROTOCOL.md. */
export class ProtocolError extends VernamError {}
