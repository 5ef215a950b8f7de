import { fromBase64, toBase64 } from "../shared/base64.ts";
import { type Bytes, concatBytes, equalBytes } from "../shared/bytes.ts";
import { hash } from "./hash.ts";
import { ProtocolError } from "./protocol-error.ts";

const checkLength = 4;
const longest = 4096;

/** What a QR code or a small file may hold. */
export type CarriedKind = "access" | "safety";

/**
 * Bytes as text for a QR code, a file or typing: "vernam:<kind>:" ‖ base64url without padding of
 * bytes ‖ hash(bytes)[0..4]. The four bytes find slips, not attackers.
 */
export function toCarriedText(kind: CarriedKind, bytes: Uint8Array): string {
  const checked = concatBytes(bytes, hash(bytes).subarray(0, checkLength));
  const text = toBase64(checked).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  checked.fill(0);
  return `vernam:${kind}:${text}`;
}

/** White space around and inside is ignored. @throws ProtocolError carried.kind, carried.malformed */
export function fromCarriedText(kind: CarriedKind, text: string): Bytes {
  const compact = text.slice(0, longest).replace(/\s/g, "");
  const prefix = `vernam:${kind}:`;
  if (!compact.startsWith(prefix))
    throw new ProtocolError("carried.kind", "this is a code for something else", {
      nextStep: "Scan the code that this screen asks for.",
    });
  const digits = compact.slice(prefix.length);
  if (!/^[A-Za-z0-9_-]+$/.test(digits)) throw malformed();
  const all = decode(digits);
  const bytes = all.slice(0, -checkLength);
  if (all.length <= checkLength || !equalBytes(hash(bytes).subarray(0, checkLength), all.slice(-checkLength)))
    throw malformed();
  all.fill(0);
  return bytes;
}

function decode(digits: string): Bytes {
  try {
    return fromBase64(digits.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw malformed();
  }
}

function malformed(): ProtocolError {
  return new ProtocolError("carried.malformed", "the code is incomplete or damaged", {
    nextStep: "Scan it again, or copy it again as a whole.",
  });
}
