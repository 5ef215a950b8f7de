import fc from "fast-check";
import { combine } from "shamir-secret-sharing";
import { describe, expect, it } from "vitest";
import { createSeedSigner } from "../../../lib/protocol/signing.ts";
import {
  parseVaultConsent,
  parseVaultRequest,
  signVaultConsent,
  signVaultRequest,
  verifyVaultConsent,
  verifyVaultRequest,
} from "../../../lib/protocol/vault-request.ts";
import { parseVaultShare, signVaultShare, type VaultShare } from "../../../lib/protocol/vault-share.ts";
import {
  checkShares,
  type KnownVault,
  type ReturnedShare,
  restoreDocument,
} from "../../../lib/scenarios/vault/restore-document.ts";
import { splitDocument } from "../../../lib/scenarios/vault/split-document.ts";
import type { Bytes } from "../../../lib/shared/bytes.ts";
import { utf8 } from "../../../lib/shared/bytes.ts";

const owner = await createSeedSigner(new Uint8Array(32).fill(7));
const sign = (share: VaultShare) => signVaultShare(share, owner);
const stranger = await createSeedSigner(new Uint8Array(32).fill(8));
const vault = new Uint8Array(16).fill(1);
const places = ["Lisbon", "Madrid", "Rome", "Valletta", "Budapest", "Brussels", "Luxembourg"];

async function store(content: Bytes, threshold: number, total: number, generation = 1) {
  const shares = await splitDocument(
    { name: "plan.txt", content },
    { vault, generation, threshold, total },
    sign,
  );
  const known: KnownVault = { vault, generation, threshold, total, ownerKey: owner.ed25519PublicKey };
  const returned: ReturnedShare[] = shares.map((bytes, i) => ({ custodian: places[i]!, bytes }));
  return { known, returned };
}

async function restore(known: KnownVault, returned: readonly ReturnedShare[]) {
  const { good, bad } = await checkShares(known, returned);
  return { ...(await restoreDocument(known, good)), bad };
}

describe("a stored document", () => {
  it("comes back from any k of its n shares, in any order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc
          .integer({ min: 2, max: 7 })
          .chain((total) => fc.tuple(fc.integer({ min: 2, max: total }), fc.constant(total))),
        fc.infiniteStream(fc.nat()),
        async (bytes, [threshold, total], order) => {
          const { known, returned } = await store(new Uint8Array(bytes), threshold, total);
          const some = returned
            .map((share) => ({ share, rank: order.next().value as number }))
            .sort((a, b) => a.rank - b.rank)
            .slice(0, threshold)
            .map(({ share }) => share);
          const { name, content } = await restore(known, some);
          expect(name).toBe("plan.txt");
          expect([...content]).toEqual([...bytes]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("does not come back from k − 1 shares", async () => {
    const { known, returned } = await store(utf8("a plan"), 3, 5);
    await expect(restore(known, returned.slice(0, 2))).rejects.toMatchObject({ code: "vault.too-few" });
  });

  it("is survived by the loss of n − k sites", async () => {
    const { known, returned } = await store(utf8("two capitals are lost"), 3, 5);
    const left = returned.filter(({ custodian }) => custodian !== "Madrid" && custodian !== "Rome");
    expect(new TextDecoder().decode((await restore(known, left)).content)).toBe("two capitals are lost");
  });
});

describe("a share that is not as it was made", () => {
  it("is named, wherever one bit of it changed, and the others restore", async () => {
    const { known, returned } = await store(utf8("a plan"), 3, 5);
    const original = returned[1]!.bytes;
    for (let at = 0; at < original.length; at += 3) {
      const changed = Uint8Array.from(original);
      changed[at] = changed[at]! ^ (1 << (at % 8));
      const damaged = returned.map((one) => (one.custodian === "Madrid" ? { ...one, bytes: changed } : one));
      const { bad, content } = await restore(known, damaged);
      expect(bad.map(({ custodian }) => custodian)).toEqual(["Madrid"]);
      expect(new TextDecoder().decode(content)).toBe("a plan");
    }
  });

  it("is named when somebody else signed it", async () => {
    const { known, returned } = await store(utf8("a plan"), 2, 3);
    const forged = await signVaultShare(parseVaultShare(returned[0]!.bytes).value, stranger);
    const { bad } = await checkShares(known, [{ custodian: "Lisbon", bytes: forged }]);
    expect(bad).toMatchObject([{ custodian: "Lisbon", code: "signature.ed25519" }]);
  });

  it("never combines with another generation, another document or itself", async () => {
    const first = await store(utf8("a plan"), 2, 3, 1);
    const second = await store(utf8("a plan"), 2, 3, 2);
    const mixed = await checkShares(second.known, [
      first.returned[0]!,
      second.returned[1]!,
      second.returned[1]!,
    ]);
    expect(mixed.good).toHaveLength(1);
    expect(mixed.bad.map(({ code }) => code)).toEqual(["vault.share-generation", "vault.share-twice"]);
    const elsewhere = { ...first.known, vault: new Uint8Array(16).fill(2) };
    expect((await checkShares(elsewhere, first.returned)).bad).toMatchObject(
      Array.from({ length: 3 }, () => ({ code: "vault.share-elsewhere" })),
    );
  });

  it("cannot be made with numbers that do not fit", async () => {
    const plan = { vault, generation: 1, threshold: 4, total: 3 };
    await expect(splitDocument({ name: "x", content: utf8("y") }, plan, sign)).rejects.toMatchObject({
      code: "vault.plan",
    });
    const share = { vault, generation: 1, index: 4, threshold: 2, total: 3, share: new Uint8Array(3) };
    await expect(signVaultShare(share, owner)).rejects.toMatchObject({ code: "vault.numbers" });
  });
});

describe("k − 1 shares", () => {
  /**
   * Counted out over the whole field: whatever k − 1 shares of a byte are, each of the 256 values of the last one
   * leads to another secret, and so to each secret exactly once. With a last share that is uniform, as the next test
   * sees, the others are as likely under every secret.
   */
  it.each([2, 3])("fit every secret equally well, for k = %i", async (threshold) => {
    const points = [7, 77, 177].slice(0, threshold);
    for (const known of [0, 1, 0x53, 0xff]) {
      const secrets = new Set<number>();
      for (let last = 0; last < 256; last++) {
        const shares = points.map((x, i) => new Uint8Array([i === threshold - 1 ? last : known ^ i, x]));
        secrets.add((await combine(shares))[0]!);
      }
      expect(secrets.size).toBe(256);
    }
  });

  it("of a document of zeros and of one of ones look alike: each byte value equally often", async () => {
    for (const fill of [0x00, 0xff]) {
      const content = new Uint8Array(60_000).fill(fill);
      const { returned } = await store(content, 3, 5);
      const counts = new Array<number>(256).fill(0);
      for (const byte of parseVaultShare(returned[0]!.bytes).value.share) counts[byte]!++;
      const mean = 60_000 / 256;
      const chiSquare = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
      // 255 degrees of freedom: mean 255, deviation 22.6; 8 deviations do not happen by chance.
      expect(Math.abs(chiSquare - 255)).toBeLessThan(8 * 22.6);
    }
  });
});

describe("a request to a custodian", () => {
  const request = {
    vault,
    generation: 1,
    action: "release" as const,
    device: new Uint8Array(16).fill(3),
    nonce: new Uint8Array(16).fill(4),
    expiry: 1000,
    reason: "Two sites are lost.",
  };

  it("stands with its owner's signature until it expires", async () => {
    const parsed = parseVaultRequest(await signVaultRequest(request, owner));
    await verifyVaultRequest(parsed, owner.ed25519PublicKey, 1000);
    await expect(verifyVaultRequest(parsed, owner.ed25519PublicKey, 1001)).rejects.toMatchObject({
      code: "vault.request-expired",
    });
    await expect(verifyVaultRequest(parsed, stranger.ed25519PublicKey, 0)).rejects.toMatchObject({
      code: "signature.ed25519",
    });
  });

  it("is consented to by somebody else, and for this request only", async () => {
    const parsed = parseVaultRequest(await signVaultRequest(request, owner));
    const other = parseVaultRequest(await signVaultRequest({ ...request, action: "erase" }, owner));
    const consentBy = async (device: number, signed: typeof parsed) =>
      parseVaultConsent(
        await signVaultConsent({ request: signed.hash, device: new Uint8Array(16).fill(device) }, stranger),
      );
    await verifyVaultConsent(await consentBy(5, parsed), parsed, stranger.ed25519PublicKey);
    await expect(
      verifyVaultConsent(await consentBy(5, other), parsed, stranger.ed25519PublicKey),
    ).rejects.toMatchObject({ code: "vault.consent-elsewhere" });
    await expect(
      verifyVaultConsent(await consentBy(3, parsed), parsed, stranger.ed25519PublicKey),
    ).rejects.toMatchObject({ code: "vault.consent-own" });
    await expect(
      verifyVaultConsent(await consentBy(5, parsed), parsed, owner.ed25519PublicKey),
    ).rejects.toMatchObject({ code: "signature.ed25519" });
  });
});
