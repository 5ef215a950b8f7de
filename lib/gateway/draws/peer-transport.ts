import type { Bytes } from "../../shared/bytes.ts";

/**
 * What one gateway tells another. `mac` is HMAC-SHA-256 under the pair key `macKeyId` over the record, or over
 * `voidMessage`. A record notice carries the signed draw record as transmitted, a void the hash of the record whose key nobody may
 * use, a revocation every device that the sending site has revoked.
 */
export type PeerNotice =
  | { readonly kind: "record"; readonly record: Bytes; readonly macKeyId: Bytes; readonly mac: Bytes }
  | {
      readonly kind: "void";
      readonly recordHash: Bytes;
      readonly expiry: number;
      readonly macKeyId: Bytes;
      readonly mac: Bytes;
    }
  | {
      readonly kind: "revocation";
      /** The sending site's newest signed RevocationList: a revocation must not wait for key. */
      readonly list: Bytes;
    };

/** "retry" keeps the notice in the sender's outbox; "refused" is final and tells why. */
export type NoticeResult =
  | { readonly outcome: "accepted" }
  | { readonly outcome: "retry"; readonly code: string }
  | { readonly outcome: "refused"; readonly code: string };

/** Takes notices to another gateway, in order; one result for each. Rejects when the gateway cannot be reached. */
export interface PeerTransport {
  deliver(from: string, to: string, notices: readonly PeerNotice[]): Promise<readonly NoticeResult[]>;
}

export interface NoticeReceiver {
  receive(from: string, notices: readonly PeerNotice[]): Promise<readonly NoticeResult[]>;
}

/**
 * Transport between gateways of one process: a function call. There is no wire here and so no mutual TLS; the
 * signature and the HMAC of every notice are checked all the same. Split deployments need a transport over HTTPS
 * with mutual TLS behind the same interface.
 */
export class InProcessTransport implements PeerTransport {
  readonly #receivers = new Map<string, NoticeReceiver>();

  register(site: string, receiver: NoticeReceiver): void {
    this.#receivers.set(site, receiver);
  }

  async deliver(from: string, to: string, notices: readonly PeerNotice[]): Promise<readonly NoticeResult[]> {
    const receiver = this.#receivers.get(to);
    if (receiver === undefined) throw new Error(`no gateway of site ${to} in this process`);
    return receiver.receive(from, notices);
  }
}
