import { connect, type TLSSocket } from "node:tls";

/** How an SAE reaches its KME; all PEM. */
export interface Access {
  readonly host: string;
  readonly port: number;
  readonly root: string;
  readonly certificate: string;
  readonly privateKey: string;
}

const headEnd = Buffer.from("\r\n\r\n");

/**
 * One mutual TLS connection that carries one request after another. It writes and reads HTTP/1.1 by hand: the load
 * generator shares the processors with what it measures and should take as little of them as it can.
 */
export class KeepAliveClient {
  readonly #socket: TLSSocket;
  readonly #host: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (body: string) => void; reject: (error: unknown) => void } | undefined;

  private constructor(socket: TLSSocket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on("data", (part: Buffer) => this.#receive(part));
    socket.on("error", (error) => this.#waiting?.reject(error));
    socket.on("close", () => this.#waiting?.reject(new Error("the KME closed the connection")));
  }

  static open({ host, port, root, certificate, privateKey }: Access): Promise<KeepAliveClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, ca: root, cert: certificate, key: privateKey }, () =>
        resolve(new KeepAliveClient(socket, `${host}:${port}`)),
      );
      socket.once("error", reject);
    });
  }

  get(path: string): Promise<string> {
    return this.#ask(`GET ${path} HTTP/1.1\r\nhost: ${this.#host}\r\n\r\n`);
  }

  /** @param json ASCII only. */
  post(path: string, json: string): Promise<string> {
    return this.#ask(
      `POST ${path} HTTP/1.1\r\nhost: ${this.#host}\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`,
    );
  }

  close(): void {
    this.#socket.destroy();
  }

  /** @throws Error for any answer but 200. */
  #ask(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request, "latin1");
    });
  }

  #receive(part: Buffer): void {
    this.#received = this.#received.length === 0 ? part : Buffer.concat([this.#received, part]);
    const end = this.#received.indexOf(headEnd);
    if (end === -1) return;
    const head = this.#received.toString("latin1", 0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const whole = end + headEnd.length + length;
    if (this.#received.length < whole) return;
    const body = this.#received.toString("utf8", end + headEnd.length, whole);
    this.#received = this.#received.subarray(whole);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (head.startsWith("HTTP/1.1 200")) waiting?.resolve(body);
    else waiting?.reject(new Error(`${head.slice(0, head.indexOf("\r\n"))}: ${body}`));
  }
}
