import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** RFC 7914 parameters: 32 MiB and about 0.1 s on one core. Stored with each hash, so they can be raised later. */
const cost = { N: 32_768, r: 8, p: 1 } as const;
const hashLength = 32;
const shape = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([A-Za-z0-9_-]+)\$([A-Za-z0-9_-]+)$/;

/** Verified when there is no such user, so that both cases take the same time. The password is nobody's. */
const decoy = `scrypt$${cost.N}$${cost.r}$${cost.p}$${"A".repeat(22)}$${"A".repeat(43)}`;

/** Hashes a password as `scrypt$N$r$p$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, cost, hashLength);
  return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** Whether the password is the one hashed; takes as long, and says no, when there is no hash. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const parts = shape.exec(stored ?? decoy);
  if (parts === null) throw new Error("a stored password hash is not readable");
  const [, N, r, p, salt = "", expected = ""] = parts;
  const wanted = Buffer.from(expected, "base64url");
  const options = { N: Number(N), r: Number(r), p: Number(p) };
  const actual = await derive(password, Buffer.from(salt, "base64url"), options, wanted.length);
  return timingSafeEqual(actual, wanted) && stored !== null;
}

function derive(
  password: string,
  salt: Uint8Array,
  { N, r, p }: { N: number; r: number; p: number },
  length: number,
): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    // Two spellings of one character are one password (RFC 8265 uses NFC).
    scrypt(password.normalize("NFC"), salt, length, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
