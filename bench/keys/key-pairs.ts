import { type Access, KeepAliveClient } from "./keep-alive-client.ts";

export interface PairLoad {
  /** Pairs done in the timed part. */
  readonly pairs: number;
  readonly perSecond: number;
  /** From the request of enc_keys, or the moment it was due, to the answer of dec_keys, ms. */
  readonly latencies: readonly number[];
}

export interface Phase {
  readonly warmMs: number;
  readonly timedMs: number;
  /** Called when the timed part begins and when it ends. */
  readonly mark?: () => void | Promise<void>;
}

/** Two connections, a master's and a slave's, that draw one key of 256 bits at a time and fetch it by its key_ID. */
export class KeyPairClient {
  readonly #master: KeepAliveClient;
  readonly #slave: KeepAliveClient;
  readonly #encPath: string;
  readonly #decPath: string;

  private constructor(master: KeepAliveClient, slave: KeepAliveClient, masterSae: string, slaveSae: string) {
    this.#master = master;
    this.#slave = slave;
    this.#encPath = `/api/v1/keys/${slaveSae}/enc_keys`;
    this.#decPath = `/api/v1/keys/${masterSae}/dec_keys`;
  }

  static async open(
    accesses: Readonly<Record<string, Access>>,
    from: string,
    to: string,
  ): Promise<KeyPairClient> {
    const [master, slave] = await Promise.all(
      [from, to].map((site) => KeepAliveClient.open(accesses[site] as Access)),
    );
    return new KeyPairClient(master as KeepAliveClient, slave as KeepAliveClient, `sae-${from}`, `sae-${to}`);
  }

  /** @throws Error when the two ends did not get the same key. */
  async pair(): Promise<void> {
    const drawn = await this.#master.post(this.#encPath, '{"number":1,"size":256}');
    const [key] = (JSON.parse(drawn) as Container).keys;
    const fetched = await this.#slave.post(this.#decPath, `{"key_IDs":[{"key_ID":"${key?.key_ID}"}]}`);
    if ((JSON.parse(fetched) as Container).keys[0]?.key !== key?.key) throw new Error("the keys differ");
  }

  async status(): Promise<void> {
    await this.#master.get(this.#encPath.replace("enc_keys", "status"));
  }

  close(): void {
    this.#master.close();
    this.#slave.close();
  }
}

interface Container {
  readonly keys: readonly { readonly key_ID: string; readonly key: string }[];
}

/** As fast as the clients can, each one request after another. */
export async function flatOut<Client>(
  clients: readonly Client[],
  work: (client: Client) => Promise<void>,
  { warmMs, timedMs, mark }: Phase,
): Promise<PairLoad> {
  const begins = performance.now() + warmMs;
  const ends = begins + timedMs;
  const latencies: number[] = [];
  const marking = markAt(warmMs, timedMs, mark);
  const keepOn = async (client: Client) => {
    for (let started = performance.now(); started < ends; started = performance.now()) {
      await work(client);
      const done = performance.now();
      if (done >= begins && done < ends) latencies.push(done - started);
    }
  };
  await Promise.all(clients.map(keepOn));
  await marking;
  return { pairs: latencies.length, perSecond: latencies.length / (timedMs / 1000), latencies };
}

/** At a fixed mean rate, whatever comes back; a request that finds every client busy waits, and its wait counts. */
export async function atRate<Client>(
  clients: readonly Client[],
  work: (client: Client) => Promise<void>,
  perSecond: number,
  { warmMs, timedMs }: Phase,
): Promise<PairLoad> {
  const started = performance.now();
  const begins = started + warmMs;
  const ends = begins + timedMs;
  const gap = 1000 / perSecond;
  const latencies: number[] = [];
  let next = started;
  const serve = async (client: Client) => {
    for (;;) {
      const due = next;
      next += gap;
      if (due >= ends) return;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await work(client);
      if (due >= begins) latencies.push(performance.now() - due);
    }
  };
  await Promise.all(clients.map(serve));
  return { pairs: latencies.length, perSecond: latencies.length / (timedMs / 1000), latencies };
}

async function markAt(warmMs: number, timedMs: number, mark: Phase["mark"]): Promise<void> {
  if (mark === undefined) return;
  await new Promise((resolve) => setTimeout(resolve, warmMs));
  await mark();
  await new Promise((resolve) => setTimeout(resolve, timedMs));
  await mark();
}
