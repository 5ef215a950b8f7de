import type { Drawn, ListedDevice } from "../../protocol/channel-messages.ts";
import type { DrawRequest } from "../../protocol/draw-request.ts";
import type { LevelPolicy } from "../../protocol/level-policy.ts";
import type { SealedCopy } from "../../protocol/sealed-copy.ts";
import type { Bytes } from "../../shared/bytes.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import { MessengerError } from "../messenger-error.ts";

export interface PushedCopy {
  readonly record: Bytes;
  readonly copy: SealedCopy;
}

/** A copy of a key with its signed draw record, as the own gateway gave it. */
export interface OpenedCopy {
  readonly record: Bytes;
  readonly key: SecretBytes;
}

export interface OwnDevices {
  readonly devices: readonly ListedDevice[];
  /** The site's officer approves each device: another own device may not. */
  readonly byOfficer: boolean;
}

export interface GatewayListener {
  connected(): void;
  disconnected(): void;
  copy(pushed: PushedCopy): void;
  /** A site's signed list of revoked devices. */
  revoked(list: Bytes): void;
  /** The network's rules for levels. */
  policy(policy: LevelPolicy): void;
  /** The gateway refused this device's connection, with the error's code as reason. */
  refused(code: string): void;
}

/** The engine's view of its own site's gateway. Reconnects by itself. */
export interface GatewayPort {
  readonly connected: boolean;
  open(listener: GatewayListener): void;
  /**
   * One draw. The key in the answer belongs to the caller, who destroys it.
   * @throws GatewayRefused with the gateway's code, MessengerError "gateway.offline" when no answer came: the key,
   * if there was one, is lost and voided by the gateway.
   */
  draw(request: DrawRequest): Promise<Drawn>;
  /** @throws GatewayRefused, MessengerError "gateway.offline" */
  fetch(recordHash: Bytes): Promise<PushedCopy>;
  /** Opens a copy. @throws ProtocolError when it does not open with this device's keys. */
  unseal(pushed: PushedCopy): Promise<OpenedCopy>;
  /** Tells the gateway that these copies are stored here; what cannot be told now is told after the next connection. */
  acknowledge(recordHash: Bytes): void;
  /** A drawn key was destroyed unused. */
  void(recordHash: Bytes): void;
  listWaiting(): Promise<readonly Bytes[]>;
  /** Bits of key that could be drawn now with each of these other sites. @throws GatewayRefused, "gateway.offline" */
  stock(sites: readonly string[]): Promise<readonly number[]>;
  /** All devices of this device's user. @throws GatewayRefused, MessengerError "gateway.offline" */
  listDevices(): Promise<OwnDevices>;
  /** A new certificate (signed bytes) over a new sealing key. */
  renew(sealingKey: Bytes, proof: Bytes): Promise<Bytes>;
  close(): Promise<void>;
}

/** The gateway answered, and the answer is no. */
export class GatewayRefused extends MessengerError {
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, nextStep: string | undefined, retryAfterMs: number | undefined) {
    super(code, message, nextStep === undefined ? {} : { nextStep });
    this.retryAfterMs = retryAfterMs;
  }
}

export function gatewayOffline(cause?: unknown): MessengerError {
  return new MessengerError("gateway.offline", "this site's gateway does not answer", {
    cause,
    nextStep: "The message waits here and goes out when the gateway is back.",
  });
}
