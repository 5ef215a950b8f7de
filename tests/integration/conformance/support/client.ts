import { Agent, type RequestOptions, request } from "node:https";
import type { Party, Target } from "./target.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of the interface are looked at member by member
  readonly json: any;
  /** Local port of the connection that was used. */
  readonly connection: number | undefined;
}

export interface Call {
  readonly method?: string;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
  readonly tls?: RequestOptions;
}

export interface KeyEntry {
  readonly key_ID: string;
  readonly key: string;
}

/** An HTTPS client that does nothing of its own: what a test says is what travels. */
export class Client {
  readonly #target: Target;
  readonly #agent: Agent;

  constructor(target: Target) {
    this.#target = target;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 32 });
  }

  call(party: Party, path: string, options: Call = {}): Promise<Answer> {
    const { body } = options;
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${party.url}${path}`,
        {
          method: options.method ?? (text === undefined ? "GET" : "POST"),
          agent: options.agent ?? this.#agent,
          ca: this.#target.ca,
          cert: party.cert,
          key: party.key,
          headers: {
            ...(text === undefined
              ? {}
              : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
            ...options.headers,
          },
          ...options.tls,
        },
        (response) => {
          const connection = response.socket.localPort;
          let received = "";
          response.setEncoding("utf8").on("data", (part: string) => {
            received += part;
          });
          response.once("error", reject);
          response.once("end", () => {
            const { headers, statusCode: status = 0 } = response;
            resolve({ status, headers, text: received, json: parse(received), connection });
          });
        },
      );
      outgoing.once("error", reject);
      outgoing.end(text);
    });
  }

  /** enc_keys of the master for the slave. */
  enc(body?: unknown, options: Call = {}): Promise<Answer> {
    const { master, slave } = this.#target;
    return this.call(
      master,
      pathOf(slave.sae, "enc_keys"),
      body === undefined ? options : { body, ...options },
    );
  }

  encByGet(query: string): Promise<Answer> {
    const { master, slave } = this.#target;
    return this.call(master, `${pathOf(slave.sae, "enc_keys")}${query}`);
  }

  dec(ids: readonly string[], by: Party = this.#target.slave): Promise<Answer> {
    const body = { key_IDs: ids.map((key_ID) => ({ key_ID })) };
    return this.call(by, pathOf(this.#target.master.sae, "dec_keys"), { body });
  }

  decByGet(query: string): Promise<Answer> {
    return this.call(this.#target.slave, `${pathOf(this.#target.master.sae, "dec_keys")}${query}`);
  }

  /** Keys that were drawn, with the status checked. */
  async drawn(body: unknown = {}): Promise<KeyEntry[]> {
    const { status, json, text } = await this.enc(body);
    if (status !== 200) throw new Error(`enc_keys answered ${status}: ${text}`);
    return json.keys;
  }

  close(): void {
    this.#agent.destroy();
  }
}

export function pathOf(sae: string, action: "status" | "enc_keys" | "dec_keys"): string {
  return `/api/v1/keys/${encodeURIComponent(sae)}/${action}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
