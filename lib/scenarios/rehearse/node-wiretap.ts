import { io, type Socket } from "socket.io-client";
import type { WiretapFrame } from "../../protocol/relay-events.ts";
import { readWireFrame, type WireFrame } from "../wire-frame.ts";
import { RehearsalError } from "./presenter-session.ts";

const connectedWithinMs = 30_000;

/** What somebody who records the relay has, from the moment this opened. */
export class NodeWiretap {
  readonly #socket: Socket;
  readonly #frames: WireFrame[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    let count = 0;
    socket.on("frame", (frame: WiretapFrame) => this.#frames.push(readWireFrame(frame, `${++count}`)));
  }

  /** @throws RehearsalError rehearsal.wiretap when the relay does not let the presenter listen. */
  static async open(origin: string, cookie: string): Promise<NodeWiretap> {
    const socket = io(`${origin}/wiretap`, {
      transports: ["websocket"],
      extraHeaders: { cookie, origin },
      forceNew: true,
    });
    const wiretap = new NodeWiretap(socket);
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(refused("no answer")), connectedWithinMs);
      socket.once("connect", () => {
        clearTimeout(late);
        resolve();
      });
      socket.once("connect_error", (error) => {
        clearTimeout(late);
        reject(refused(error.message));
      });
    }).catch((error: unknown) => {
      socket.disconnect();
      throw error;
    });
    return wiretap;
  }

  frames(): readonly WireFrame[] {
    return this.#frames;
  }

  close(): void {
    this.#socket.disconnect();
  }
}

function refused(why: string): RehearsalError {
  return new RehearsalError("rehearsal.wiretap", `the relay's wiretap cannot be read: ${why}`);
}
