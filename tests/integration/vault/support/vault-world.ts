import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MessengerEngine } from "../../../../lib/messenger/messenger-engine.ts";
import type { AgentDuty } from "../../../../lib/scenarios/agents/agent-duty.ts";
import { type CustodianContext, startCustodian } from "../../../../lib/scenarios/vault/custodian-duty.ts";
import { ShareFolder } from "../../../../lib/scenarios/vault/share-folder.ts";
import { Vault } from "../../../../lib/scenarios/vault/vault.ts";
import type { VaultParty, VaultRecord } from "../../../../lib/scenarios/vault/vault-record.ts";
import { type TestDevice, TestWorld } from "../../../messenger/fakes/world.ts";

export const capitals = ["lisbon", "madrid", "paris", "rome", "valletta"] as const;
export type Capital = (typeof capitals)[number];

/** One custodian: an engine that stays, and a duty that a test may stop and start again on the same folder. */
export interface TestCustodian {
  readonly device: TestDevice;
  readonly party: VaultParty;
  readonly folder: string;
  duty: AgentDuty | undefined;
}

/** Engines on an in-memory relay and gateways: an owner, a second person, and a custodian in each capital. */
export class VaultWorld {
  readonly world: TestWorld;
  readonly custodians = new Map<Capital, TestCustodian>();
  readonly #folder: string;
  readonly #leave: (() => Promise<void>)[] = [];

  private constructor(world: TestWorld, folder: string) {
    this.world = world;
    this.#folder = folder;
  }

  static async create(sites: readonly Capital[] = capitals): Promise<VaultWorld> {
    const folder = await mkdtemp(join(tmpdir(), "vernam-vault-"));
    const made = new VaultWorld(await TestWorld.create(["valletta"]), folder);
    for (const site of sites) await made.#addCustodian(site);
    return made;
  }

  person(name: string, site: string): Promise<TestDevice> {
    return this.world.start(this.world.user(name, site));
  }

  custodian(site: Capital): TestCustodian {
    const found = this.custodians.get(site);
    if (!found) throw new Error(`no custodian in ${site}`);
    return found;
  }

  parties(...sites: readonly Capital[]): readonly VaultParty[] {
    return sites.map((site) => this.custodian(site).party);
  }

  async startDuty(site: Capital): Promise<AgentDuty> {
    const custodian = this.custodian(site);
    custodian.duty = await startCustodian(contextOf(custodian));
    return custodian.duty;
  }

  async stopDuty(site: Capital): Promise<void> {
    const custodian = this.custodian(site);
    await custodian.duty?.stop();
    custodian.duty = undefined;
  }

  /** What is on this custodian's disk. */
  shares(site: Capital): Promise<ShareFolder> {
    return ShareFolder.open(join(this.custodian(site).folder, "vault"));
  }

  async close(): Promise<void> {
    for (const { duty } of this.custodians.values()) await duty?.stop();
    for (const leave of this.#leave) await leave();
    await this.world.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #addCustodian(site: Capital): Promise<void> {
    const name = `Vault custodian, ${site}`;
    const device = await this.person(name, site);
    const party = { user: device.user.id, name, site };
    this.custodians.set(site, { device, party, folder: join(this.#folder, site), duty: undefined });
    await this.startDuty(site);
  }
}

function contextOf({ device, folder }: Pick<TestCustodian, "device" | "folder">): CustodianContext {
  const { engine } = device;
  return {
    engine,
    folder,
    log: { info: () => undefined, warn: () => undefined },
    onOpened: (listener) =>
      engine.subscribe(({ type, conversation }) => {
        if (type === "messages" && conversation) listener({ conversation, id: "" });
      }),
  };
}

/** An owner's vault over an engine, and a wait that a hanging test ends by its own time limit. */
export function vaultOf(engine: MessengerEngine, now?: () => number) {
  const vault = new Vault(engine, now);
  const never = new AbortController().signal;
  const until = (id: string, holds: (record: VaultRecord | undefined) => boolean) =>
    vault.until(id, holds, never);
  return { vault, until };
}
