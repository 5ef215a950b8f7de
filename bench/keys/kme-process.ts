import { newFolder, openTestWorld, removeFolder } from "../../tests/keys/support/open-world.ts";
import type { Access } from "./keep-alive-client.ts";
import { distances, lineNetwork, siteAt } from "./line-network.ts";

/**
 * The key managers under test, in a process of their own: the real key world with its listeners, ledger and database.
 * Only the links are a test double with ready-made key, since no link makes as much as is drawn here.
 */
export interface KmeCommands {
  /** Fills the pools of all links up to this many bytes. */
  readonly fill: { readonly bytes: number };
  /** Processor microseconds so far. */
  readonly cpu: null;
  /** Draws and collects directly for so long, with this many at a time. Answers how many pairs. */
  readonly inProcess: { readonly ms: number; readonly atOnce: number };
  /** Processor microseconds of one enc_keys alone to a site so many hops away, the median of five runs. */
  readonly encCost: { readonly hops: number };
  /** Whether every balance is zero, both ends agree and every chain verifies. */
  readonly audit: null;
  readonly stop: null;
}

export type KmeCommand = {
  [Name in keyof KmeCommands]: { readonly name: Name; readonly with: KmeCommands[Name] };
}[keyof KmeCommands];

/** The first message of the process. */
export interface Ready {
  readonly accesses: Readonly<Record<string, Access>>;
}

const size = 256;
const runs = 5;
const encsPerRun = 120;

const folder = await newFolder();
const databaseUrl = process.env.BENCH_DATABASE_URL;
const { world, links } = await openTestWorld(folder, {
  topology: lineNetwork(),
  fillBytes: 0,
  housekeepingMs: 60_000,
  ...(databaseUrl === undefined ? {} : { databaseUrl }),
});

function accessOf(site: string): Access {
  const url = new URL(world.addressOf(site) ?? "");
  const root = world.pki.root.certificate;
  return {
    host: url.hostname,
    port: Number(url.port),
    root,
    ...world.pki.saeCertificate(`sae-${site}`),
  };
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function draw(hops: number): Promise<Uint8Array[]> {
  const { keys } = await world.kme(siteAt(0)).encKeys({
    masterSae: `sae-${siteAt(0)}`,
    slaveSaes: [`sae-${siteAt(hops)}`],
    number: 1,
    size,
  });
  for (const { key } of keys) key.destroy();
  return keys.map(({ keyId }) => keyId);
}

async function inProcess({ ms, atOnce }: KmeCommands["inProcess"]): Promise<number> {
  const slave = world.kme(siteAt(2));
  const until = performance.now() + ms;
  let pairs = 0;
  const one = async () => {
    while (performance.now() < until) {
      const keys = await slave.decKeys(`sae-${siteAt(2)}`, `sae-${siteAt(0)}`, await draw(2));
      for (const { key } of keys) key.destroy();
      pairs++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return pairs;
}

async function encCost({ hops }: KmeCommands["encCost"]): Promise<number> {
  const costs: number[] = [];
  for (let run = 0; run < runs; run++) {
    const before = cpu();
    for (let i = 0; i < encsPerRun; i++) await draw(hops);
    costs.push((cpu() - before) / encsPerRun);
  }
  return costs.sort((one, other) => one - other)[Math.floor(runs / 2)] as number;
}

async function obey(command: KmeCommand): Promise<number | boolean> {
  if (command.name === "cpu") return cpu();
  if (command.name === "inProcess") return inProcess(command.with);
  if (command.name === "encCost") return encCost(command.with);
  if (command.name === "fill") {
    for (const { linkId, availableBytes } of links.pools())
      await links.fill(linkId, Math.max(0, command.with.bytes - availableBytes));
    return true;
  }
  if (command.name === "audit") {
    const balanced = world.views.balances().every(({ balance, agree }) => balance === 0 && agree);
    return balanced && (await world.views.verify()).ok;
  }
  await world.close();
  removeFolder(folder);
  return true;
}

process.on("message", (command: KmeCommand) => {
  obey(command).then(
    (answer) => process.send?.({ answer }, () => command.name === "stop" && process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(1));
const accesses = Object.fromEntries(
  [0, ...distances].map((hop) => [siteAt(hop), accessOf(siteAt(hop))] as const),
);
process.send?.({ accesses } satisfies Ready);
