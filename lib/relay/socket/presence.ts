import type { PresenceState, RelayPresence } from "../../protocol/relay-events.ts";
import { type RelayServer, userRoom } from "./socket-types.ts";

/**
 * Who is there now, as their devices say it themselves: held by the sockets, stored nowhere. Whoever says nothing of
 * themselves is not shown, and is shown nobody.
 */
export class Presence {
  readonly #io: RelayServer;

  constructor(io: RelayServer) {
    this.#io = io;
  }

  set(socket: string, state: PresenceState): void {
    const data = this.#io.sockets.sockets.get(socket)?.data;
    if (data) data.presence = state;
  }

  /** Of these users, those that are there; the best that one of their devices says. */
  async list(socket: string, users: readonly string[]): Promise<readonly RelayPresence[]> {
    const own = this.#io.sockets.sockets.get(socket)?.data.presence ?? "hidden";
    if (own === "hidden" || users.length === 0) return [];
    const states = new Map<string, RelayPresence["state"]>();
    for (const { data } of await this.#io.in(users.map(userRoom)).fetchSockets()) {
      const { presence = "hidden", speaker } = data;
      if (presence === "hidden" || states.get(speaker.user) === "online") continue;
      states.set(speaker.user, presence);
    }
    return [...states].map(([user, state]) => ({ user, state }));
  }
}
