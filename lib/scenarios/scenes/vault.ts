import { ConsentDesk } from "../vault/consent-desk.ts";
import { isStored, mayRestore, Vault } from "../vault/vault.ts";
import type { VaultParty } from "../vault/vault-record.ts";
import { agentsReady, hasAgents } from "./agent-watch.ts";
import { neighbours } from "./casting.ts";
import { expectThat } from "./expect-that.ts";
import { readTopology } from "./link-watch.ts";
import { restoreCustodians } from "./restore-custodians.ts";
import type { Scene } from "./scene.ts";
import type { DeskPair, Theatre } from "./theatre.ts";
import { waitUntil } from "./wait-until.ts";

const total = 5;
const threshold = 3;
const lost = 2;
const consentMs = 60_000;
const document = "Evacuation plan, not for circulation. ".repeat(12);

/** "Where do you keep what must survive?" A document split 3-of-5 over five capitals; two are lost; it comes back. */
export const vault: Scene = {
  id: "vault",
  suits: (theatre) => hasAgents(theatre, "custodian", total),
  async run(theatre, progress, signal) {
    const agents = await agentsReady(theatre, "custodian", total, signal);
    const { alice, bob } = neighbours(await readTopology(theatre));
    const pair = await theatre.desks(alice, bob, signal);
    const box = new Vault(pair.alice.api);
    const self = await pair.bob.api.self();
    expectThat(self !== null, "Bob's device is not ready");
    const consenter = { user: self.user, name: self.name, site: self.site };
    const custodians = await choose(theatre, box, new Set(agents.map(({ user }) => user)), signal);
    const content = new TextEncoder().encode(document);
    const plan = { name: "Evacuation plan", content, threshold, custodians, consenter, level: 0 } as const;
    const id = await box.store(plan);
    progress({ key: "splitting", values: { shares: total, needed: threshold } });
    await box.until(id, isStored, signal);
    const stored = (await box.list()).find((record) => record.vault === id);
    const bits = stored?.current.shares.reduce((sum, share) => sum + share.bits, 0) ?? 0;
    expectThat(bits > 8 * total * content.length, "the shares took less key than they are long");
    const gone = agents.filter(({ user }) => custodians.slice(0, lost).some((one) => one.user === user));
    for (const { handle } of gone) await theatre.agents.command(handle, "lose", undefined);
    progress({ key: "lost", values: { sites: gone.length } });
    await box.ask(id, "Two sites are lost");
    await consent(theatre, pair, id, signal);
    progress({ key: "consented", values: {} });
    await box.until(id, mayRestore, signal);
    const restored = await box.restore(id);
    expectThat(
      new TextDecoder().decode(restored.content) === document,
      "what was restored is not what was stored",
    );
    for (const { handle } of gone) await theatre.agents.command(handle, "return", undefined);
    await box.erase(id);
    return {
      number: { value: bits, unit: "bits" },
      facts: [
        { key: "split", values: { shares: total, needed: threshold, lost: gone.length } },
        { key: "size", values: { bytes: content.length } },
      ],
    };
  },
  restore: restoreCustodians,
};

/** Five custodians that are there, the first of the list: capitals before other towns. */
async function choose(
  theatre: Theatre,
  box: Vault,
  ready: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly VaultParty[]> {
  return waitUntil(
    theatre,
    { what: "five custodians are in the directory", withinMs: consentMs, signal },
    async () => {
      const found = (await box.custodians()).filter(({ user }) => ready.has(user));
      return found.length >= total ? found.slice(0, total) : undefined;
    },
  );
}

/** The second person reads the request and signs it. */
async function consent(theatre: Theatre, { bob }: DeskPair, id: string, signal: AbortSignal): Promise<void> {
  const desk = new ConsentDesk(bob.api);
  const asked = await waitUntil(
    theatre,
    { what: "the request for consent reaches Bob", withinMs: consentMs, signal },
    async () => (await desk.list()).find((one) => one.vault === id && one.state === "open"),
  );
  await desk.give(asked.message);
}
