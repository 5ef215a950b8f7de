import type { AttachmentPort } from "./files/attachment-port.ts";
import type { OpenWebSocket } from "./gateway/web-socket.ts";
import type { IdentitySource } from "./identity-source.ts";
import type { RelayPort } from "./relay/relay-port.ts";
import type { DeviceStore } from "./store/device-store.ts";

export interface OpenedMessage {
  readonly conversation: string;
  /** Message id, hex. */
  readonly id: string;
}

/** An entry that was put in a conversation and is not a message: forged, altered, or played again. */
export interface RefusedEntry {
  readonly conversation: string;
  /** Its place in the relay's log. */
  readonly seq: number;
  /** Why: a code of docs/PROTOCOL.md, "What a receiver checks". */
  readonly code: string;
}

/** What differs between a browser worker, a program and a test. */
export interface EngineOptions {
  openStore(): Promise<DeviceStore>;
  readonly identity: IdentitySource;
  readonly openWebSocket: OpenWebSocket;
  /** The relay's origin, for the default relay connection (Socket.IO). */
  readonly relayOrigin: string;
  /** Another way to the relay; tests only. */
  readonly createRelay?: () => RelayPort;
  /** Another way to the relay's files; tests only. */
  readonly createAttachments?: () => AttachmentPort;
  readonly fetch?: typeof fetch;
  /** What this device calls itself, for its user's list of devices; at most 120 bytes. */
  readonly label?: string;
  readonly now?: () => number;
  /**
   * Each message of somebody else as soon as it is opened and committed here, one call a message (events for
   * screens are joined). For agents, which answer, and for measurements.
   */
  readonly onOpened?: (opened: OpenedMessage) => void;
  /** Each entry that this device refuses for good, also those of which the screens show nothing. */
  readonly onRefused?: (refused: RefusedEntry) => void;
}
