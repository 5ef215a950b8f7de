import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { type Bytes, concatBytes, utf8 } from "../shared/bytes.ts";
import { chooseMlKem, softwareMlKem } from "./ml-kem.ts";
import { basePoint, x25519 } from "./x25519.ts";

/**
 * X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519, combined; each part by the platform where it has it.
 * A private key is its seed, 32 bytes; a public key has 1,216, a ciphertext 1,120, a shared secret 32.
 */

const label = utf8("\\.//^\\");
/** Bytes of ML-KEM's public key and ciphertext, which come first. */
const kemKey = 1184;
const kemCiphertext = 1088;

export async function xWingPublicKey(seed: Bytes): Promise<Bytes> {
  return withExpanded(seed, async (kemSeed, scalar) =>
    concatBytes(await (await chooseMlKem()).publicKeyOf(kemSeed), await x25519(scalar, basePoint)),
  );
}

/** `randomness` (64 bytes) fixes the result, for test vectors only. @throws on a malformed key */
export async function xWingEncapsulate(publicKey: Bytes, randomness?: Bytes) {
  const scalar = randomness?.slice(32) ?? crypto.getRandomValues(new Uint8Array(32));
  const [kemPublic, point] = [publicKey.slice(0, kemKey), publicKey.slice(kemKey)];
  const kem = await (randomness === undefined
    ? (await chooseMlKem()).encapsulate(kemPublic)
    : softwareMlKem.encapsulate(kemPublic, randomness.slice(0, 32)));
  const [ephemeral, agreed] = await Promise.all([x25519(scalar, basePoint), x25519(scalar, point)]);
  scalar.fill(0);
  const shared = combine(kem.shared, agreed, ephemeral, point);
  return { shared, ciphertext: concatBytes(kem.ciphertext, ephemeral) };
}

/** @throws on another length, and where the X25519 part has a small order */
export async function xWingDecapsulate(seed: Bytes, ciphertext: Bytes): Promise<Bytes> {
  if (ciphertext.length !== kemCiphertext + 32) throw new RangeError("an X-Wing ciphertext has 1,120 bytes");
  const [inKem, ephemeral] = [ciphertext.slice(0, kemCiphertext), ciphertext.slice(kemCiphertext)];
  return withExpanded(seed, async (kemSeed, scalar) => {
    const [shared, agreed, point] = await Promise.all([
      chooseMlKem().then((kem) => kem.decapsulate(kemSeed, inKem)),
      x25519(scalar, ephemeral),
      x25519(scalar, basePoint),
    ]);
    return combine(shared, agreed, ephemeral, point);
  });
}

/** Zeroes both parts' secrets. */
function combine(kemShared: Bytes, agreed: Bytes, ephemeral: Bytes, point: Bytes): Bytes {
  const input = concatBytes(kemShared, agreed, ephemeral, point, label);
  const shared = sha3_256(input) as Bytes;
  for (const secret of [input, kemShared, agreed]) secret.fill(0);
  return shared;
}

/** ML-KEM's seed d ‖ z and X25519's scalar, for as long as `use` runs. */
async function withExpanded<T>(seed: Bytes, use: (kemSeed: Bytes, scalar: Bytes) => Promise<T>): Promise<T> {
  const expanded = shake256(seed, { dkLen: 96 }) as Bytes;
  const [kemSeed, scalar] = [expanded.slice(0, 64), expanded.slice(64)];
  try {
    return await use(kemSeed, scalar);
  } finally {
    for (const secret of [expanded, kemSeed, scalar]) secret.fill(0);
  }
}
