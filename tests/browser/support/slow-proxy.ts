import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Transform, type TransformCallback } from "node:stream";

export interface SlowLine {
  /** In each direction, for each connection. */
  readonly bytesPerSecond: number;
  /** From one end to the other. */
  readonly delayMs: number;
}

/** A poor line between a browser and this machine: everything of one context goes through it, workers and sockets too. */
export class SlowProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #carried = 0;

  private constructor(line: SlowLine) {
    this.#server = createServer((incoming, answer) => this.#forward(line, incoming, answer));
    this.#server.on("connect", (incoming: IncomingMessage, socket: Duplex) =>
      this.#tunnel(line, incoming.url ?? "", socket as Socket),
    );
    this.#server.on("connection", (socket) => this.#keep(socket));
  }

  static async start(line: SlowLine): Promise<SlowProxy> {
    const proxy = new SlowProxy(line);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Tunnels that were opened: what does not go through here proves nothing. */
  get tunnels(): number {
    return this.#carried;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(line: SlowLine, incoming: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(incoming.url ?? "");
    const { method, headers } = incoming;
    const path = url.pathname + url.search;
    // A connection of its own for each: one that the other side closes while it rests would fail its next request.
    const to = { host: "127.0.0.1", port: url.port, path, method, headers, agent: false };
    const onward = request(to, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      // An event stream's beginning is waited for before anything is in it.
      answer.flushHeaders();
      response.pipe(new Slowed(line)).pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(new Slowed(line)).pipe(onward);
  }

  #tunnel(line: SlowLine, authority: string, socket: Socket): void {
    this.#carried++;
    const onward = connect(Number(authority.split(":").at(-1)), "127.0.0.1");
    this.#keep(onward);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.pipe(new Slowed(line)).pipe(onward);
    onward.pipe(new Slowed(line)).pipe(socket);
    const end = () => {
      socket.destroy();
      onward.destroy();
    };
    for (const one of [socket, onward]) one.on("error", end).on("close", end);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

/** Lets bytes through at the line's speed, each after its delay, in order. */
class Slowed extends Transform {
  readonly #line: SlowLine;
  #free = 0;
  /** The chunk before has gone: on a busy machine two timers do not keep their order. */
  #gone: Promise<void> = Promise.resolve();

  constructor(line: SlowLine) {
    super();
    this.#line = line;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const now = performance.now();
    const { bytesPerSecond, delayMs } = this.#line;
    this.#free = Math.max(this.#free, now) + (1000 * chunk.length) / bytesPerSecond;
    const due = this.#free;
    this.#gone = this.#gone.then(() => until(due + delayMs)).then(() => void this.push(chunk));
    setTimeout(done, due - now);
  }

  override _flush(done: TransformCallback): void {
    void this.#gone.then(() => done());
  }
}

/** `at`: of the steady clock, ms. */
function until(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
}
