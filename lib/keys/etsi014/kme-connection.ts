import { Agent, request } from "node:https";
import { VernamError } from "../../shared/errors.ts";

/** Where a KME is and how an SAE shows who it is; all PEM. */
export interface KmeAddress {
  /** https://host:port of the KME, without path. */
  readonly url: string;
  /** Root of the KME's certificate. */
  readonly root: string;
  readonly certificate: string;
  readonly privateKey: string;
}

export interface KmeAnswer {
  readonly status: number;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
}

/** The KME does not answer, or not as a KME: nothing is known of what it did. */
export class KmeUnreachableError extends VernamError {
  constructor(url: string, cause: unknown) {
    super("kme.unreachable", `The key manager at ${url} does not answer.`, {
      nextStep: "Check that it runs and that both certificates are accepted.",
      cause,
    });
  }
}

const answerLimit = 64 * 1024 * 1024;

/** Mutual TLS connections to one KME, kept open between requests. */
export class KmeConnection {
  readonly #url: string;
  readonly #agent: Agent;
  readonly #timeoutMs: number;

  constructor(address: KmeAddress, options: { sockets?: number; timeoutMs?: number } = {}) {
    this.#url = address.url.replace(/\/$/, "");
    this.#timeoutMs = options.timeoutMs ?? 15_000;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: options.sockets ?? 8,
      ca: address.root,
      cert: address.certificate,
      key: address.privateKey,
      minVersion: "TLSv1.2",
    });
  }

  /** @param body sent as JSON by POST; GET without one. @throws KmeUnreachableError. */
  send(sae: string, action: "status" | "enc_keys" | "dec_keys", body?: unknown): Promise<KmeAnswer> {
    const url = `${this.#url}/api/v1/keys/${encodeURIComponent(sae)}/${action}`;
    const text = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => reject(new KmeUnreachableError(this.#url, cause));
      const call = request(
        url,
        {
          agent: this.#agent,
          method: text === undefined ? "GET" : "POST",
          timeout: this.#timeoutMs,
          headers:
            text === undefined
              ? { accept: "application/json" }
              : {
                  accept: "application/json",
                  "content-type": "application/json",
                  "content-length": text.length,
                },
        },
        (response) => {
          const parts: Buffer[] = [];
          let length = 0;
          response.on("data", (part: Buffer) => {
            length += part.length;
            if (length > answerLimit) call.destroy(new Error("the answer is too large"));
            else parts.push(part);
          });
          response.once("error", fail);
          response.once("end", () => {
            const bytes = Buffer.concat(parts);
            const answer = {
              status: response.statusCode ?? 0,
              body: parseJson(bytes),
              retryAfterMs: undefined,
            };
            bytes.fill(0);
            for (const part of parts) part.fill(0);
            const seconds = Number(response.headers["retry-after"]);
            resolve(Number.isFinite(seconds) ? { ...answer, retryAfterMs: seconds * 1000 } : answer);
          });
        },
      );
      call.once("error", fail);
      call.once("timeout", () => call.destroy(new Error("no answer in time")));
      call.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
