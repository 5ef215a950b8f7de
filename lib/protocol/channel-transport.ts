import type { Bytes } from "../shared/bytes.ts";
import { type ChannelFrame, decodeChannelFrame, encodeChannelFrame } from "./channel-messages.ts";
import type { HpkeRecipient, HpkeSender } from "./hpke.ts";
import { ProtocolError } from "./protocol-error.ts";

/** An open channel: one HPKE context per direction, frames in order; any failure closes it for good. */
export class ChannelTransport {
  readonly #sender: HpkeSender;
  readonly #recipient: HpkeRecipient;
  #sealing: Promise<unknown> = Promise.resolve();
  #opening: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(sender: HpkeSender, recipient: HpkeRecipient) {
    this.#sender = sender;
    this.#recipient = recipient;
  }

  /** Frames leave in the order of the calls. @throws ProtocolError channel.closed */
  seal(frame: ChannelFrame): Promise<Bytes> {
    const plaintext = encodeChannelFrame(frame);
    const sealed = this.#sealing.then(async () => {
      this.#checkOpen();
      try {
        return await this.#sender.seal(plaintext);
      } finally {
        plaintext.fill(0);
      }
    });
    this.#sealing = sealed.catch(() => {});
    return sealed;
  }

  /** @throws ProtocolError channel.closed, channel.frame (a gap, a repeat or an altered frame), cbor.* */
  open(bytes: Bytes): Promise<ChannelFrame> {
    const opened = this.#opening.then(async () => {
      this.#checkOpen();
      try {
        const plaintext = await this.#recipient.open(bytes);
        const frame = decodeChannelFrame(plaintext);
        plaintext.fill(0);
        return frame;
      } catch (error) {
        this.close();
        if (error instanceof ProtocolError && error.code !== "hpke.open") throw error;
        throw new ProtocolError("channel.frame", "a channel frame is out of order or was altered", {
          nextStep: "Connect again.",
        });
      }
    });
    this.#opening = opened.catch(() => {});
    return opened;
  }

  close(): void {
    this.#closed = true;
  }

  #checkOpen(): void {
    if (this.#closed)
      throw new ProtocolError("channel.closed", "the channel to the site's gateway is closed");
  }
}
