import type { SessionEndReason } from "../../protocol/relay-events.ts";
import type { Database } from "../../shared/database/database.ts";
import { findFallen } from "../store/standing.ts";
import { type RelayServer, type RelaySocket, sessionRoom, userRoom } from "./socket-types.ts";

export const namespaces = ["/", "/wiretap", "/agents"] as const;

/** Disconnects, on every web process, the sockets of people who may no longer be there. */
export class SignOffs {
  readonly #io: RelayServer;
  readonly #database: Database;

  constructor(io: RelayServer, database: Database) {
    this.#io = io;
    this.#database = database;
  }

  endSession(session: string, reason: SessionEndReason): void {
    this.#endRoom(sessionRoom(session), reason);
  }

  endUser(user: string, reason: SessionEndReason): void {
    this.#endRoom(userRoom(user), reason);
  }

  /**
   * Looks every local socket's user up again: finds people who were signed out by a process that shares the
   * database but not the adapter (a command line, another web process without Redis).
   */
  async sweep(): Promise<void> {
    await this.#endFallen(namespaces.flatMap((name) => [...this.#io.of(name).sockets.values()]));
  }

  /** The same for one socket. */
  async check(socket: RelaySocket): Promise<void> {
    await this.#endFallen([socket]);
  }

  async #endFallen(sockets: readonly Pick<RelaySocket, "data" | "emit" | "disconnect">[]): Promise<void> {
    const fallen = await findFallen(
      this.#database,
      sockets.map((socket) => socket.data.speaker),
    );
    for (const socket of sockets) {
      if (!fallen.has(socket.data.speaker)) continue;
      socket.emit("session:end", { reason: "signed-out" });
      socket.disconnect(true);
    }
  }

  #endRoom(room: string, reason: SessionEndReason): void {
    for (const name of namespaces) {
      const there = this.#io.of(name).in(room);
      there.emit("session:end", { reason });
      there.disconnectSockets(true);
    }
  }
}
