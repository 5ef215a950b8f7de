import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeWith } from "../../lib/protocol/cbor.ts";
import { idBytes, structOf, uintOf } from "../../lib/protocol/cbor-codecs.ts";
import { parseDeviceCertificate } from "../../lib/protocol/device-certificate.ts";
import { decodeVaultMessage, encodeVaultMessage } from "../../lib/protocol/vault-message.ts";
import {
  parseVaultConsent,
  parseVaultRequest,
  verifyVaultRequest,
} from "../../lib/protocol/vault-request.ts";
import { parseVaultShare, vaultDocumentBytes, verifyVaultShare } from "../../lib/protocol/vault-share.ts";
import { fromHex, toHex } from "../../lib/shared/hex.ts";

// biome-ignore lint/suspicious/noExplicitAny: published JSON, whose shape the assertions check.
const read = (name: string): any =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
const vectors = read("vault");
const alice = parseDeviceCertificate(fromHex(read("certificate").signed)).value;

describe("the published structures of secure storage", () => {
  it("verify under the keys of the published certificate", async () => {
    const share = parseVaultShare(fromHex(vectors.share.signed));
    await verifyVaultShare(share, alice.ed25519Key);
    expect(toHex(share.value.share)).toBe(vectors.share.value.share);
    const request = parseVaultRequest(fromHex(vectors.request.signed));
    await verifyVaultRequest(request, alice.ed25519Key, vectors.request.value.expiry);
    expect(toHex(request.hash)).toBe(vectors.request.hash);
    expect(toHex(parseVaultConsent(fromHex(vectors.consent.signed)).value.request)).toBe(
      vectors.request.hash,
    );
  });

  it("decode, one message of each kind, and are the only encoding of what they decode to", () => {
    const kinds = vectors.messages.map(({ message }: { message: { kind: string } }) => message.kind);
    expect(kinds).toEqual(["deposit", "ask", "release", "custody", "refusal", "consent-ask", "consent"]);
    for (const { message, encoded } of vectors.messages) {
      const decoded = decodeVaultMessage(fromHex(encoded));
      expect(decoded.kind).toBe(message.kind);
      expect(toHex(encodeVaultMessage(decoded))).toBe(encoded);
    }
  });
});

describe("a vault message", () => {
  const custody = { kind: "custody", vault: new Uint8Array(16), generation: 1, state: "stored" } as const;

  it("is refused with anything more, less or longer than its kind has", () => {
    const bytes = encodeVaultMessage(custody);
    for (let end = 0; end < bytes.length; end++)
      expect(() => decodeVaultMessage(bytes.subarray(0, end))).toThrow();
    expect(() => decodeVaultMessage(new Uint8Array([...bytes, 0]))).toThrow();
    const long = new Uint8Array(vaultDocumentBytes + 16 * 1024);
    expect(() => encodeVaultMessage({ kind: "deposit", share: long })).toThrow();
  });

  it("of another version, or of a kind that is not known, says so", () => {
    const shape = structOf<{ version: number; kind: number; body: Uint8Array<ArrayBuffer> }>({
      version: [1, uintOf()],
      kind: [2, uintOf()],
      body: [3, idBytes],
    });
    const made = (version: number, kind: number) =>
      encodeWith(shape, "test", { version, kind, body: new Uint8Array(16) }, 100);
    expect(() => decodeVaultMessage(made(2, 1))).toThrow(
      expect.objectContaining({ code: "version.unsupported" }),
    );
    expect(() => decodeVaultMessage(made(1, 8))).toThrow(
      expect.objectContaining({ code: "vault.message-kind" }),
    );
  });
});
