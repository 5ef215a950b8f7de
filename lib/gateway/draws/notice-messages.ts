import { frame } from "../../protocol/frame.ts";
import { type Bytes, utf8 } from "../../shared/bytes.ts";

/** What authenticates a void: frame(label) ‖ frame(from) ‖ frame(to) ‖ frame(record hash). */
export function voidMessage(from: string, to: string, recordHash: Uint8Array): Bytes {
  return frame(utf8("vernam/1 void"), utf8(from), utf8(to), recordHash);
}
