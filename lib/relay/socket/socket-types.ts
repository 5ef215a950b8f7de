import type { Server, Socket } from "socket.io";
import type {
  ClientToRelayEvents,
  PresenceState,
  RelayToClientEvents,
  WiretapEvents,
} from "../../protocol/relay-events.ts";
import type { Standing } from "../accounts/sessions.ts";
import type { Speaker } from "../store/speaker.ts";

export interface SocketData {
  readonly speaker: Speaker;
  readonly standing: Standing;
  /** What the device said of its person. */
  presence?: PresenceState;
}

type NoEvents = Record<string, never>;

export type RelayServer = Server<ClientToRelayEvents, RelayToClientEvents, NoEvents, SocketData>;
export type RelaySocket = Socket<ClientToRelayEvents, RelayToClientEvents, NoEvents, SocketData>;
export type WiretapSocket = Socket<NoEvents, WiretapEvents, NoEvents, SocketData>;

/** Every socket of a user, on every web process. */
export function userRoom(user: string): string {
  return `user:${user}`;
}

export function sessionRoom(session: string): string {
  return `session:${session}`;
}
