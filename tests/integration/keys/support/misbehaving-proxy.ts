import { createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { CertifiedKey } from "../../../../lib/keys/pki/certificates.ts";

export interface ProxiedAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

export interface ProxiedRequest {
  readonly action: "status" | "enc_keys" | "dec_keys";
  readonly body: unknown;
}

/** Changes an answer of the real key manager, or gives one of its own without asking it (`ask` not called). */
export type Misbehaviour = (
  request: ProxiedRequest,
  ask: () => Promise<ProxiedAnswer>,
) => Promise<ProxiedAnswer>;

export interface ProxyOptions {
  /** https://host:port of the real key manager. */
  readonly target: string;
  readonly root: string;
  /** The proxy's own certificate. */
  readonly server: CertifiedKey;
  /** The certificate it shows to the real key manager. */
  readonly client: CertifiedKey;
}

/** Stands before a key manager and does what real ones have been seen to do. */
export class MisbehavingProxy {
  misbehave: Misbehaviour = (_request, ask) => ask();
  readonly requests: ProxiedRequest[] = [];
  readonly #options: ProxyOptions;
  readonly #server: Server;

  private constructor(options: ProxyOptions) {
    this.#options = options;
    const { certificate: cert, privateKey: key } = options.server;
    this.#server = createServer({ cert, key, ca: options.root, requestCert: true }, (incoming, outgoing) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.once("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        const path = incoming.url ?? "/";
        const action = path.split("/").at(-1)?.split("?")[0] as ProxiedRequest["action"];
        const asked = { action, body: text === "" ? undefined : JSON.parse(text) };
        this.requests.push(asked);
        void this.misbehave(asked, () => this.#ask(path, text)).then(({ status, body, headers }) => {
          outgoing.writeHead(status, { "content-type": "application/json", ...headers });
          outgoing.end(typeof body === "string" ? body : JSON.stringify(body));
        });
      });
    });
  }

  static async open(options: ProxyOptions): Promise<MisbehavingProxy> {
    const proxy = new MisbehavingProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #ask(path: string, text: string): Promise<ProxiedAnswer> {
    const { target, root, client } = this.#options;
    return new Promise((resolve, reject) => {
      const call = request(
        `${target}${path}`,
        {
          method: text === "" ? "GET" : "POST",
          ca: root,
          cert: client.certificate,
          key: client.privateKey,
          agent: false,
        },
        (answer) => {
          let received = "";
          answer.setEncoding("utf8").on("data", (part: string) => {
            received += part;
          });
          answer.once("end", () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(received) }));
        },
      );
      call.once("error", reject);
      call.end(text);
    });
  }
}
