import type { Bytes } from "../shared/bytes.ts";
import { bool, hashBytes, structOf, textOf, uintOf } from "./cbor-codecs.ts";
import { limits } from "./limits.ts";

/** Bodies of the kinds that people write; `target` is always an envelope hash of the same conversation. */

export interface ReplyBody {
  readonly target: Bytes;
  /** At most 64 KiB of UTF-8. */
  readonly text: string;
}

/** Takes the place of the text of an own message. Names the original, never an earlier edit. */
export interface EditBody {
  readonly target: Bytes;
  readonly text: string;
}

/** For everyone: the text goes, the place stays. */
export interface DeleteBody {
  readonly target: Bytes;
}

export interface ReactionBody {
  readonly target: Bytes;
  /** One emoji, at most 32 bytes of UTF-8. */
  readonly emoji: string;
  /** False takes it back. */
  readonly on: boolean;
}

/** A setting of the conversation: messages after this one disappear this long after they were read. */
export interface TimerBody {
  /** 0 switches it off; at most a year. */
  readonly seconds: number;
}

export interface TitleBody {
  readonly title: string;
}

const year = 365 * 24 * 60 * 60;
const text = textOf(limits.textBody);
const target = hashBytes;

export const replyCodec = structOf<ReplyBody>({ target: [1, target], text: [2, text] });
export const editCodec = structOf<EditBody>({ target: [1, target], text: [2, text] });
export const deleteCodec = structOf<DeleteBody>({ target: [1, target] });
export const reactionCodec = structOf<ReactionBody>({
  target: [1, target],
  emoji: [2, textOf(32, 1)],
  on: [3, bool],
});
export const timerCodec = structOf<TimerBody>({ seconds: [1, uintOf(year)] });
export const titleCodec = structOf<TitleBody>({ title: [1, textOf(limits.title, 1)] });
