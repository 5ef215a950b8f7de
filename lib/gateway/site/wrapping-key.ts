import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { type Bytes, concatBytes, copyBytes, utf8 } from "../../shared/bytes.ts";
import { GatewayError } from "../gateway-error.ts";

const nonceLength = 12;
const tagLength = 16;

/** Encrypts what a gateway must keep in its database under a key that only its own file holds (AES-256-GCM). */
export class WrappingKey {
  readonly #key: Bytes;
  readonly #tagKeys = new Map<string, Uint8Array>();

  /** `key`: 32 bytes. */
  constructor(key: Bytes) {
    this.#key = key;
  }

  /** A name for `value` that only this gateway can make: HMAC-SHA-256 under a key derived for `purpose`, 32 bytes. */
  tag(value: Uint8Array, purpose: string): Bytes {
    let key = this.#tagKeys.get(purpose);
    if (key === undefined) {
      key = new Uint8Array(hkdfSync("sha512", this.#key, "", utf8(`vernam/1 tag ${purpose}`), 32));
      this.#tagKeys.set(purpose, key);
    }
    return copyBytes(createHmac("sha256", key).update(value).digest());
  }

  /** `purpose` is authenticated: bytes wrapped for one row do not open as another. */
  wrap(secret: Uint8Array, purpose: string): Bytes {
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    cipher.setAAD(utf8(purpose));
    const body = cipher.update(secret);
    cipher.final();
    return concatBytes(nonce, body, cipher.getAuthTag());
  }

  /** @throws GatewayError `gateway.wrapped-key-damaged` when key, purpose or bytes do not match. */
  unwrap(wrapped: Uint8Array, purpose: string): Bytes {
    try {
      const end = wrapped.length - tagLength;
      const decipher = createDecipheriv("aes-256-gcm", this.#key, wrapped.subarray(0, nonceLength));
      decipher.setAAD(utf8(purpose));
      decipher.setAuthTag(wrapped.subarray(end));
      const body = decipher.update(wrapped.subarray(nonceLength, end));
      decipher.final();
      const secret = copyBytes(body);
      body.fill(0);
      return secret;
    } catch (cause) {
      throw new GatewayError(
        "gateway.wrapped-key-damaged",
        "A stored secret does not match this gateway's key file.",
        {
          status: 500,
          cause,
          nextStep: "Restore the database and the gateway's key files from the same backup.",
        },
      );
    }
  }
}
