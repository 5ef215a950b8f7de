import { describe, expect, it } from "vitest";
import { encodeEnvelope } from "../../lib/protocol/envelope.ts";
import { encodeHeader } from "../../lib/protocol/header.ts";
import { readWireFrame } from "../../lib/scenarios/wire-frame.ts";
import { toHex } from "../../lib/shared/hex.ts";

const filled = (length: number, value: number) => new Uint8Array(length).fill(value);

const ciphertext = filled(64, 0xc7);
const envelope = encodeEnvelope({
  header: encodeHeader({
    suite: 1,
    conversation: filled(16, 1),
    messageId: filled(16, 2),
    senderDevice: filled(16, 3),
    sequence: 7,
    parents: [filled(64, 4)],
    rosterHead: filled(64, 5),
    level: 0,
    drawRecordHash: filled(64, 6),
    epochId: new Uint8Array(0),
    index: 0,
    sentAt: 1_000,
    paddedLength: 64,
    resends: new Uint8Array(0),
  }),
  ciphertext,
  tag: filled(16, 8),
  signature: filled(64, 9),
});

const frame = { at: 5, conversation: "01", sender: "02", seq: 1, size: envelope.length };

describe("somebody who records the relay", () => {
  it("reads suite, number, padded length and the draw record's name, and finds the ciphertext", () => {
    const read = readWireFrame({ ...frame, event: "envelope", bytes: envelope }, "1");
    expect(read).toMatchObject({
      suite: "OTP",
      sequence: 7,
      paddedBytes: 64,
      drawRecord: toHex(filled(64, 6)),
    });
    const { from, to } = read.ciphertext ?? { from: 0, to: 0 };
    expect(read.bytes.subarray(from, to)).toEqual(ciphertext);
  });

  it("sees plain bytes where the frame cannot be taken apart", () => {
    const broken = envelope.slice(0, 40);
    expect(readWireFrame({ ...frame, event: "envelope", bytes: broken }, "2")).toMatchObject({
      suite: null,
      ciphertext: null,
    });
  });

  it("gets the same from a browser's ArrayBuffer", () => {
    const buffer = new Uint8Array(envelope).buffer;
    expect(readWireFrame({ ...frame, event: "envelope", bytes: buffer }, "3").bytes).toEqual(
      new Uint8Array(envelope),
    );
  });
});
