import { readFileSync } from "node:fs";
import type { LinkEndCounts } from "../../../../lib/keys/link-types.ts";
import {
  createLinkNetwork,
  type LinkNetworkOptions,
} from "../../../../lib/keys/links/create-link-network.ts";
import type {
  GeneratedRow,
  LinkLedger,
  LostRow,
  SimulatedLinkNetwork,
  UseRow,
} from "../../../../lib/keys/links/link-network-types.ts";
import { loadTopology } from "../../../../lib/network/load-topology.ts";
import type { Topology } from "../../../../lib/network/topology.ts";

export const fakeWorker = new URL("./fake-worker.mjs", import.meta.url);

export function readTopology(name: string): Topology {
  const file = new URL(`../../../../lib/network/data/network-${name}.json`, import.meta.url);
  return loadTopology(JSON.parse(readFileSync(file, "utf8")));
}

/** Rows as a real ledger would keep them, and totals from rows alone. */
export class RowLedger implements LinkLedger {
  readonly generated: GeneratedRow[] = [];
  readonly uses: UseRow[] = [];
  readonly lost: LostRow[] = [];
  initial = new Map<string, { a: LinkEndCounts; b: LinkEndCounts }>();
  /** Awaited before a block is accepted. */
  gate: Promise<void> = Promise.resolve();

  initialCounts(link: string) {
    return this.initial.get(link);
  }
  async acceptBlock(row: GeneratedRow): Promise<void> {
    await this.gate;
    this.generated.push(row);
  }
  async acceptUse(row: UseRow): Promise<void> {
    this.uses.push(row);
  }
  async acceptLosses(rows: readonly LostRow[]): Promise<void> {
    this.lost.push(...rows);
  }
  generatedBytes(link: string): number {
    return this.generated.filter((row) => row.link === link).reduce((sum, row) => sum + row.bytes.a, 0);
  }
}

const open: SimulatedLinkNetwork[] = [];

export async function startLinks(options: Partial<LinkNetworkOptions> = {}): Promise<SimulatedLinkNetwork> {
  const links = await createLinkNetwork({
    topology: readTopology("iberia-small"),
    workerEntry: fakeWorker,
    ledger: new RowLedger(),
    now: Date.now,
    random: (target) => void crypto.getRandomValues(target),
    ...options,
  });
  open.push(links);
  return links;
}

export async function closeLinks(): Promise<void> {
  await Promise.all(open.splice(0).map((links) => links.close()));
}

/** Resolves as soon as `holds` answers true after some change. */
export async function until(links: SimulatedLinkNetwork, holds: () => boolean): Promise<void> {
  if (holds()) return;
  await new Promise<void>((resolve) => {
    const stop = links.onChange(() => {
      if (!holds()) return;
      stop();
      resolve();
    });
  });
}
