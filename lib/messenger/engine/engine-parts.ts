import type { LevelPolicy } from "../../protocol/level-policy.ts";
import type { Revocations } from "../../protocol/revocation-list.ts";
import type { SiteList } from "../../protocol/site-list.ts";
import type { SecretBytes } from "../../shared/secret-bytes.ts";
import type { OpenedMessage, RefusedEntry } from "../engine-options.ts";
import type { GatewayPort } from "../gateway/gateway-port.ts";
import type { MessengerEvents } from "../messenger-api.ts";
import type { RelayPort } from "../relay/relay-port.ts";
import type { DeviceStore } from "../store/device-store.ts";
import type { DeviceIdentity } from "./device-identity.ts";
import type { Directory } from "./directory.ts";
import type { SerialQueue } from "./serial-queue.ts";

/** What the parts of one engine share once the device is enrolled. */
export interface EngineParts {
  readonly store: DeviceStore;
  readonly self: DeviceIdentity;
  readonly relay: RelayPort;
  readonly gateway: GatewayPort;
  readonly directory: Directory;
  readonly siteList: () => SiteList;
  /** This device's sealing keys, the current one first: HYBRID's secrets are sealed to them. */
  readonly sealingSeeds: () => readonly SecretBytes[];
  /** Devices that their own sites revoked, as this device knows it. */
  readonly revocations: () => Revocations;
  /** What each classification demands in this network. */
  readonly levelPolicy: () => LevelPolicy;
  /** What of it a message that comes now must keep to. */
  readonly readingPolicy: () => LevelPolicy;
  /** Only one draw → encrypt → commit at a time per device: sequence numbers and parents are given here. */
  readonly bindLock: SerialQueue;
  readonly now: () => number;
  readonly announce: (event: MessengerEvents) => void;
  readonly opened: (message: OpenedMessage) => void;
  readonly refused: (entry: RefusedEntry) => void;
  /** The store refused a write, or an invariant broke: the engine must stop, nothing may go on. */
  readonly fail: (error: unknown) => void;
}
