import { connect, createServer, type Server, type Socket } from "node:net";
import { copyBytes } from "../../../../lib/shared/bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** All bytes of one direction of one connection, and inside an upgraded one the unmasked payloads of its frames. */
export interface Recording {
  readonly from: "client" | "server";
  readonly wire: Bytes;
  /** Payloads of WebSocket frames one after the other; empty when the connection stayed HTTP. */
  readonly frames: Bytes;
  readonly head: string;
}

interface Connection {
  readonly toServer: Buffer[];
  readonly toClient: Buffer[];
}

/**
 * A TCP proxy in front of a port on loopback that keeps every byte both ways. Clients mask their WebSocket frames
 * with four random bytes (RFC 6455, 5.3), so what they say is unmasked here before anybody searches it.
 */
export class RecordingProxy {
  readonly #server: Server;
  readonly #connections: Connection[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(target: number) {
    this.#server = createServer((client) => {
      const server = connect(target, "127.0.0.1");
      const connection: Connection = { toServer: [], toClient: [] };
      this.#connections.push(connection);
      this.#join(client, server, connection.toServer);
      this.#join(server, client, connection.toClient);
    });
  }

  static async start(target: number): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(target);
    await new Promise<void>((listening) => proxy.#server.listen(0, "127.0.0.1", listening));
    return proxy;
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    return `http://localhost:${address.port}`;
  }

  /** Everything recorded so far. */
  recordings(): Recording[] {
    return this.#connections.flatMap(({ toServer, toClient }) => [
      record("client", Buffer.concat(toServer)),
      record("server", Buffer.concat(toClient)),
    ]);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  #join(from: Socket, to: Socket, kept: Buffer[]): void {
    this.#sockets.add(from);
    from.on("data", (chunk: Buffer) => {
      kept.push(chunk);
      to.write(chunk);
    });
    from.once("end", () => to.end());
    from.once("error", () => to.destroy());
    from.once("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}

function record(from: Recording["from"], wire: Buffer): Recording {
  const end = wire.indexOf("\r\n\r\n");
  const head = end < 0 ? "" : wire.subarray(0, end).toString("latin1");
  const upgraded = /^upgrade:\s*websocket/im.test(head);
  return {
    from,
    wire: copyBytes(wire),
    frames: upgraded ? unframe(wire.subarray(end + 4)) : new Uint8Array(0),
    head,
  };
}

/** The payloads of all complete frames (RFC 6455, 5.2), unmasked and joined. */
export function unframe(stream: Uint8Array): Bytes {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const joined: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= stream.length) {
    const masked = (view.getUint8(at + 1) & 0x80) !== 0;
    const short = view.getUint8(at + 1) & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = at + 2 + lengthBytes + (masked ? 4 : 0);
    if (start > stream.length) break;
    const length =
      short === 126 ? view.getUint16(at + 2) : short === 127 ? Number(view.getBigUint64(at + 2)) : short;
    if (start + length > stream.length) break;
    const payload = stream.slice(start, start + length);
    if (masked)
      for (let i = 0; i < length; i++) payload[i] = (payload[i] ?? 0) ^ (stream[start - 4 + (i % 4)] ?? 0);
    joined.push(payload);
    at = start + length;
  }
  return copyBytes(Buffer.concat(joined));
}
