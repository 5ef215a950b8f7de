import { describe, expect, test } from "vitest";
import type { HistoryItem, HistoryPage } from "../../lib/protocol/history.ts";
import { HistorySealer, openHistory } from "../../lib/protocol/history-container.ts";
import { encodePayload } from "../../lib/protocol/payload.ts";
import { codeOf, expectCode, flipBit, random } from "./expectations.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const passphrase = "três vezes nove é vinte e sete";
const options = { user: random(16), now: 5, costExponent: 14 };

const item = (sequence: number): HistoryItem => ({
  conversation: random(16),
  envelopeHash: random(64),
  senderUser: random(16),
  senderDevice: random(16),
  sequence,
  sentAt: sequence,
  suite: 4,
  level: 3,
  rosterHead: random(64),
  drawRecordHash: random(64),
  payload: encodePayload({ kind: 1, body: `message ${sequence}` }),
});

const page = (from: number, last: boolean): HistoryPage => ({
  items: [item(from), item(from + 1)],
  rosterEvents: [random(80)],
  last,
});

async function exported(pages: readonly HistoryPage[]): Promise<Bytes[]> {
  const sealer = await HistorySealer.begin(passphrase, options);
  const pieces = [sealer.headerBytes];
  for (const one of pages) pieces.push(await sealer.seal(one));
  return pieces;
}

async function readAll(pieces: readonly Bytes[], phrase = passphrase): Promise<HistoryPage[]> {
  const pages = [];
  for await (const one of openHistory(pieces, phrase)) pages.push(one);
  return pages;
}

describe("an exported history", () => {
  const pages = [page(1, false), page(3, false), page(5, true)];

  test("comes back page by page, however the file is cut into pieces, and under the normalised passphrase", async () => {
    const pieces = await exported(pages);
    expect(await readAll(pieces)).toEqual(pages);
    const whole = new Uint8Array(Buffer.concat(pieces));
    const torn = [];
    for (let i = 0; i < whole.length; i += 333) torn.push(whole.slice(i, i + 333));
    expect(await readAll(torn, passphrase.normalize("NFD"))).toEqual(pages);
  });

  test("does not open with another passphrase, nor altered, reordered, cut, repeated or made longer", async () => {
    const pieces = await exported(pages);
    const [head, one, two, three] = pieces as [Bytes, Bytes, Bytes, Bytes];
    const other = await exported(pages);
    await expectCode(readAll(pieces, "quatro vezes nove é mais"), "history.open");
    await expectCode(readAll([head, two, one, three]), "history.open");
    await expectCode(readAll([head, one, one, two, three]), "history.open");
    await expectCode(readAll([head, one, other[2]!, three]), "history.open");
    await expectCode(readAll([head, one, two]), "history.truncated");
    await expectCode(readAll([head, one, two, three.slice(0, -1)]), "history.truncated");
    await expectCode(readAll([]), "history.truncated");
    await expectCode(readAll([head]), "history.truncated");
    await expectCode(readAll([...pieces, three]), "history.trailing");
    for (const at of [9, 20, 60, head.length - 1])
      expect(await codeOf(readAll([flipBit(head, at), one, two, three])), `${at}`).not.toBe("accepted");
    await expectCode(readAll([head, flipBit(one, 100), two, three]), "history.open");
  });

  test("takes no short passphrase, no second end, and no cost that would stall who opens it", async () => {
    await expectCode(HistorySealer.begin("too short", options), "history.passphrase");
    await expectCode(HistorySealer.begin(passphrase, { ...options, costExponent: 19 }), "cbor.range");
    const sealer = await HistorySealer.begin(passphrase, options);
    await sealer.seal(page(1, true));
    await expectCode(sealer.seal(page(2, true)), "history.ended");
  });

  test("holds neither passphrase nor text in the clear", async () => {
    const whole = Buffer.concat(await exported(pages));
    expect(whole.includes("message")).toBe(false);
    expect(whole.includes(passphrase)).toBe(false);
  });
});
