import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as cbor from "./cbor.ts";
import { pskOf } from "./channel.ts";
import { decodeFrame } from "./channel-frames.ts";
import { command } from "./commands.ts";
import { contextSecret, openCopy } from "./copies.ts";
import { drawRecord } from "./draws.ts";
import { receive } from "./envelopes.ts";
import { fileContext } from "./files.ts";
import { frame, hex } from "./framing.ts";
import { openHistory } from "./history.ts";
import { setUpReceiver } from "./hpke.ts";
import { levelPolicy } from "./level-policy.ts";
import { unpad } from "./padding.ts";
import { payload } from "./payloads.ts";
import { Refused } from "./refused.ts";
import { uncarry } from "./safety.ts";
import { bytes, decode, encode, optional, record } from "./shapes.ts";
import { open } from "./signatures.ts";
import { openChunk } from "./stream.ts";
import * as structure from "./structures.ts";
import { openAes, openBoth, openOtp } from "./suites.ts";

/** A file of tests/vectors whose fields are texts, or the part of it that is read here. */
function vector<T = Record<string, string>>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8")) as T;
}

/** The code with which `action` refuses. */
function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Refused) return error.code;
    throw error;
  }
  return "accepted";
}

/** The bytes with one bit of the byte at `at` (from the end when negative) turned. */
function altered(given: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(given);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

const certificate = vector<{ signed: string; site: Keys; value: Keys }>("certificate");
type Keys = { ed25519Key: string; mlDsaKey: string };

test.each([
  ["", "cbor.truncated"],
  ["1a000001", "cbor.truncated"],
  ["9a7fffffff", "cbor.truncated"],
  ["0000", "cbor.trailing"],
  ["1817", "cbor.not-shortest"],
  ["1900ff", "cbor.not-shortest"],
  ["1a0000ffff", "cbor.not-shortest"],
  ["1b00000000ffffffff", "cbor.not-shortest"],
  ["1b0020000000000000", "cbor.range"],
  ["3b001fffffffffffff", "cbor.range"],
  ["1c", "cbor.malformed"],
  ["5f4100ff", "cbor.indefinite"],
  ["9fff", "cbor.indefinite"],
  ["bfff", "cbor.indefinite"],
  ["c100", "cbor.type"],
  ["f6", "cbor.type"],
  ["f93c00", "cbor.type"],
  ["fa3f800000", "cbor.type"],
  ["62c328", "cbor.text"],
  ["a201000100", "cbor.duplicate-key"],
  ["a202000100", "cbor.key-order"],
  ["a1f400", "cbor.type"],
])("CBOR %s is refused: %s", (encoded, code) => {
  expect(codeOf(() => cbor.decode(hex(encoded)))).toBe(code);
});

test("integers of 53 bits, a byte order mark and every truth come back as they were", () => {
  for (const item of [
    0,
    23,
    24,
    255,
    256,
    65_536,
    2 ** 32,
    Number.MAX_SAFE_INTEGER,
    -1,
    -25,
    true,
    "\ufeffa",
  ])
    expect(cbor.decode(cbor.encode(item))).toEqual(item);
});

describe("a structure", () => {
  const pair = record({ first: bytes(1), second: optional(bytes(1)) });

  test.each([
    ["a0", "cbor.missing-key"],
    ["a2014100034100", "cbor.unknown-key"],
    ["a101420000", "cbor.length"],
    ["a10100", "cbor.type"],
    ["80", "cbor.type"],
    ["a1fb3ff00000000000004100", "cbor.type"],
  ])("%s is refused: %s", (encoded, code) => {
    expect(codeOf(() => decode(pair, hex(encoded)))).toBe(code);
  });

  test("of another version, or with a float for a version, is refused", () => {
    const encoded = vector("level-policy").encoded ?? "";
    expect(codeOf(() => decode(levelPolicy, hex(encoded.replace("a301", "a201"))))).toBe("cbor.trailing");
    expect(codeOf(() => decode(levelPolicy, hex(`a30102${encoded.slice(6)}`)))).toBe("version.unsupported");
    const float = hex(`a301fb3ff0000000000000${encoded.slice(6)}`);
    expect(codeOf(() => decode(levelPolicy, float))).toBe("version.unsupported");
  });

  test("of a command holds floats that are not whole, and no others", () => {
    const { value } = vector<{ value: Parameters<typeof command.write>[0] }>("command");
    const encoded = encode(command, value).toString("hex");
    const half = "fb3fe0000000000000";
    expect(encoded).toContain(half);
    const refusals = ["fb3ff0000000000000", "fb7ff8000000000000", "fb8000000000000000", "f93800"].map(
      (other) => codeOf(() => decode(command, hex(encoded.replace(half, other)))),
    );
    expect(refusals).toEqual(["cbor.not-shortest", "cbor.type", "cbor.not-shortest", "cbor.type"]);
  });
});

describe("a signed structure is refused", () => {
  const signed = record({ body: bytes(), ed25519: bytes(64), mlDsa: optional(bytes(3309)) });
  const parts = decode(signed, hex(certificate.signed));
  const reopen = (changed: object, name = "certificate", keys: Keys = certificate.site) =>
    codeOf(() => open(structure.certificate, name, keys, encode(signed, { ...parts, ...changed })));
  const flip = (part: string, at: number) => altered(hex(part), at).toString("hex");

  test("when a bit of the body or of either signature is altered", () => {
    expect(reopen({})).toBe("accepted");
    expect(reopen({ body: flip(parts.body, -1) })).toBe("signature.ed25519");
    expect(reopen({ ed25519: flip(parts.ed25519, 5) })).toBe("signature.ed25519");
    expect(reopen({ mlDsa: flip(parts.mlDsa ?? "", 5) })).toBe("signature.ml-dsa");
  });

  test("under another label or another key", () => {
    expect(reopen({}, "site-list")).toBe("signature.ed25519");
    expect(reopen({}, "certificate", certificate.value)).toBe("signature.ed25519");
    const mixed = { ...certificate.site, mlDsaKey: certificate.value.mlDsaKey };
    expect(reopen({}, "certificate", mixed)).toBe("signature.ml-dsa");
  });

  test("with one signature where two are due, and with two where one is", () => {
    const { mlDsa, ...one } = parts;
    const without = encode(signed, one);
    const opened = () => open(structure.certificate, "certificate", certificate.site, without);
    expect(codeOf(opened)).toBe("signature.missing");
    expect(reopen({ mlDsa }, "receipt")).toBe("signature.unexpected");
  });
});

describe("an envelope is refused", () => {
  const { envelope, key } = vector("suite-otp");
  const parts = decode(structure.envelope, hex(envelope ?? ""));
  const again = (changed: object) =>
    codeOf(() => receive(encode(structure.envelope, { ...parts, ...changed }), certificate.value.ed25519Key));
  const header = decode(structure.header, hex(parts.header));
  const withHeader = (changed: object) =>
    again({ header: encode(structure.header, { ...header, ...changed }).toString("hex") });

  test("when any part of it is altered", () => {
    expect(again({})).toBe("accepted");
    for (const part of ["ciphertext", "tag", "signature"] as const)
      expect(again({ [part]: altered(hex(parts[part]), 7).toString("hex") })).toBe("envelope.signature");
    expect(withHeader({ level: 3 })).toBe("envelope.signature");
  });

  test("with sizes, an epoch or a suite that do not fit each other", () => {
    expect(withHeader({ suite: 5 })).toBe("suite.unsupported");
    expect(withHeader({ epochId: "00".repeat(16) })).toBe("header.epoch");
    expect(withHeader({ index: 1 })).toBe("header.epoch");
    expect(withHeader({ suite: 2 })).toBe("header.epoch");
    expect(withHeader({ paddedLength: 65 })).toBe("header.padded-length");
    expect(withHeader({ paddedLength: 128 })).toBe("envelope.length");
    expect(withHeader({ sequence: 0 })).toBe("cbor.range");
  });

  test("when its tag does not fit header, ciphertext or key, in each suite", () => {
    const suites = [
      { name: "suite-otp", unseal: openOtp, keys: [hex(key ?? "")] },
      { name: "suite-aes", unseal: openAes, keys: [hex(vector<Epoch>("epoch").messageKeys[0] ?? "")] },
      {
        name: "suite-otp-hybrid",
        unseal: openBoth,
        keys: [
          hex(vector("suite-otp-hybrid").key ?? ""),
          hex(vector<Epoch>("epoch-hybrid").messageKeys[1] ?? ""),
        ],
      },
    ];
    for (const { name, unseal, keys } of suites) {
      const { encodedHeader = "", ciphertext = "", tag = "" } = vector(name);
      const attempt = (keys: Buffer[], header: Buffer, text: Buffer, tag: Buffer) =>
        codeOf(() => (unseal as (...all: unknown[]) => unknown)(...keys, header, { ciphertext: text, tag }));
      const [h, c, t] = [hex(encodedHeader), hex(ciphertext), hex(tag)];
      expect(attempt(keys, h, c, t)).toBe("accepted");
      expect(attempt(keys, altered(h, -1), c, t)).toBe("envelope.tag");
      expect(attempt(keys, h, altered(c, -1), t)).toBe("envelope.tag");
      expect(attempt(keys, h, c, altered(t, 0))).toBe("envelope.tag");
      for (const which of keys.keys()) {
        const others = keys.map((each, at) => (at === which ? altered(each, 0) : each));
        expect(attempt(others, h, c, t)).toBe("envelope.tag");
      }
    }
  });
});
type Epoch = { messageKeys: string[] };

test("a sealed secret opens with its own key, psk and info only", () => {
  const { sealingSeed, contextId, accessSecret, recordHash, site, device, copies } = vector<
    Record<"sealingSeed" | "contextId" | "accessSecret" | "recordHash" | "site" | "device", string> & {
      copies: { copy: string }[];
    }
  >("sealed-copy");
  const copy = decode(structure.sealedCopy, hex(copies[1]?.copy ?? ""));
  const place = { site, device, contextId, accessSecret, generation: copy.generation };
  const attempt = (changed: object, seed = hex(sealingSeed), index = copy.index, record = recordHash) =>
    codeOf(() =>
      openCopy(contextSecret({ ...place, ...changed }, seed, hex(copy.enc)), { ...copy, index }, record),
    );
  expect(attempt({})).toBe("accepted");
  expect(attempt({ site: "pt-lis-mne" })).toBe("copy.open");
  expect(attempt({ generation: copy.generation + 1 })).toBe("copy.open");
  expect(attempt({ accessSecret: recordHash.slice(0, 64) })).toBe("copy.open");
  expect(attempt({}, altered(hex(sealingSeed), 0))).toBe("copy.open");
  expect(attempt({}, undefined, copy.index + 1)).toBe("copy.open");
  expect(attempt({}, undefined, undefined, altered(hex(recordHash), 0).toString("hex"))).toBe("copy.open");
});

test("a message of an HPKE context opens in its place only", () => {
  const { ephemeralSeed = "", accessSecret = "", answerInfo = "", answer = "" } = vector("channel");
  const { device } = vector<{ value: { device: string } }>("certificate").value;
  const { enc, sealedConfirmation } = decode(structure.channelAnswer, hex(answer));
  const terms = { info: hex(answerInfo), psk: pskOf(accessSecret, device) };
  const context = setUpReceiver(hex(ephemeralSeed), hex(enc), terms);
  expect(codeOf(() => context.open(hex(sealedConfirmation)))).toBe("accepted");
  expect(codeOf(() => context.open(hex(sealedConfirmation)))).toBe("hpke.open");
});

describe("an exported history is refused", () => {
  const { header = "", chunk = "", passphrase = "" } = vector("history");
  const attempt = (file: Buffer, words = passphrase) => codeOf(() => openHistory(file, words));
  const whole = hex(header + chunk);

  test("when it was cut, lengthened, altered, or opened with other words", () => {
    expect(attempt(whole)).toBe("accepted");
    expect(attempt(hex(header))).toBe("history.truncated");
    expect(attempt(whole.subarray(0, -1))).toBe("history.truncated");
    expect(attempt(hex(header + chunk + chunk))).toBe("history.trailing");
    expect(attempt(altered(whole, -1))).toBe("history.open");
    expect(attempt(whole, `${passphrase}.`)).toBe("history.open");
    expect(attempt(whole, "eleven char")).toBe("history.passphrase");
  });

  test("unless its words are the same text in another normal form", () => {
    expect(attempt(whole, passphrase.replace("c", "\uff43"))).toBe("accepted");
  });
});

test("a chunk of a file opens at its place, as the last, and of its size only", () => {
  const file = vector<Record<"fileId" | "key" | "noncePrefix" | "lastChunk", string> & { size: number }>(
    "file",
  );
  const attempt = (index: number, last: boolean, size = file.size) => {
    const associatedData = fileContext(file.fileId, size);
    const stream = { key: hex(file.key), noncePrefix: hex(file.noncePrefix), associatedData };
    return codeOf(() => openChunk(stream, index, last, hex(file.lastChunk), "file.tag"));
  };
  expect(attempt(1, true)).toBe("accepted");
  expect([attempt(0, true), attempt(1, false), attempt(1, true, file.size + 1)]).toEqual(
    Array(3).fill("file.tag"),
  );
});

test("carried text with a slip, or of another kind, is refused", () => {
  const { text = "" } = vector("safety-code");
  expect(codeOf(() => uncarry("access", text))).toBe("carried.kind");
  expect(codeOf(() => uncarry("safety", `${text.slice(0, 40)}A${text.slice(41)}`))).toBe("carried.malformed");
  expect(codeOf(() => uncarry("safety", text.slice(0, -1)))).toBe("carried.malformed");
});

test("padding without its marker is refused", () => {
  for (const padded of [Buffer.alloc(64), Buffer.alloc(64, 1)])
    expect(codeOf(() => unpad(padded))).toBe("padding.malformed");
});

test("a draw record that contradicts itself is refused", () => {
  const { value } = vector<{ value: Parameters<typeof drawRecord.write>[0] }>("draw-record");
  const attempt = (changed: object) =>
    codeOf(() => decode(drawRecord, encode(drawRecord, { ...value, ...changed })));
  expect(attempt({})).toBe("accepted");
  expect(attempt({ keyIds: [...value.keyIds, ...value.keyIds] })).toBe("record.key-id-twice");
  expect(attempt({ slaveSites: ["pt-lis-mne"] })).toBe("record.sites");
  expect(attempt({ slaveSites: ["fr-par-mae"] })).toBe("record.sites");
  expect(attempt({ local: true })).toBe("record.local");
  expect(attempt({ expiry: value.drawnAt - 1 })).toBe("record.expiry");
  const share = { site: "es-mad-mae", keyIds: 1, masked: "00".repeat(96), tag: "00".repeat(16) };
  expect(attempt({ shares: [share, share] })).toBe("record.share");
  expect(attempt({ recipients: [...value.recipients, ...value.recipients] })).toBe("recipients.order");
});

test("a policy is refused when its levels contradict each other", () => {
  type Policy = Parameters<typeof levelPolicy.write>[0];
  const { value } = vector<{ value: Policy }>("level-policy");
  const attempt = (level: number, changed: Partial<Policy["levels"][number]>) => {
    const levels = value.levels.map((rule, at) => (at === level ? { ...rule, ...changed } : rule));
    return codeOf(() => decode(levelPolicy, encode(levelPolicy, { ...value, levels })));
  };
  expect(attempt(0, {})).toBe("accepted");
  expect(attempt(3, { minimum: 1 })).toBe("policy.order");
  expect(attempt(1, { offered: 1 })).toBe("policy.offered");
  expect(attempt(0, { requireDisjoint: true })).toBe("policy.disjoint");
  expect(attempt(2, { streamFileBytes: 1 })).toBe("policy.files");
});

test("a frame of an unknown type is refused, a payload of an unknown kind is kept", () => {
  expect(codeOf(() => decodeFrame(hex("83181800" + "41a0")))).toBe("channel.type-unknown");
  expect(codeOf(() => decodeFrame(hex("820700")))).toBe("channel.frame");
  expect(decode(payload, hex("a2010f0205"))).toMatchObject({ kind: 15 });
  expect(codeOf(() => decode(payload, hex("a20101020500")))).toBe("cbor.trailing");
  expect(codeOf(() => decode(payload, hex("a201000205")))).toBe("cbor.range");
});

test("frames keep their parts apart", () => {
  expect(frame("a", "bc")).not.toEqual(frame("ab", "c"));
});
