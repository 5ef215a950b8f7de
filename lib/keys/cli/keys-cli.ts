import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { VernamError } from "../../shared/errors.ts";
import { kmeIdOf, saeIdOf } from "../kme/kme.ts";
import { KeyNetworkPki } from "../pki/key-network-pki.ts";
import { curlOf } from "../views/kmes.ts";
import { exportStoredLedger } from "./export-stored-ledger.ts";
import type { KeysCliOptions } from "./keys-cli-options.ts";
import { printExposure } from "./print-exposure.ts";
import { verifyLedgerFile, verifyStoredLedger } from "./verify-stored-ledger.ts";

const usage = `Usage:
  keys list                       key managers of this network with their addresses
  keys curl SITE [SLAVE_SAE]      a shell line that draws a key at SITE's key manager
  keys saes                       every SAE that may ask, and where
  keys issue SAE SITE             a client certificate for a further SAE at SITE
  keys verify [SITE]              check the ledger (while the key network is stopped)
  keys verify --file FILE         check an exported ledger by the file alone
  keys export FILE [--format jsonl|csv] [--site SITE]
                                  write the ledger to a file (while the key network is stopped)
  keys exposure --node SITE … [--from TIME] [--to TIME] [--file FILE]
                                  the keys that these nodes together could know, from routes and shares
  keys role | approve | card      people's power, devices and access cards at a site; alone, each prints its usage`;

const portsSchema = z.record(z.string(), z.number());

/** Runs one command on the files of a data folder and answers the process's exit code. */
export async function runKeysCli(args: readonly string[], options: KeysCliOptions): Promise<number> {
  try {
    return await runCommand(args, options);
  } catch (error) {
    if (!(error instanceof VernamError)) throw error;
    options.print(error.message);
    if (error.nextStep !== undefined) options.print(error.nextStep);
    return 1;
  }
}

async function runCommand(args: readonly string[], options: KeysCliOptions): Promise<number> {
  const [command, first, second] = args;
  const { print, dataFolder } = options;
  if (command === "list") {
    for (const [site, port] of readPorts(dataFolder))
      print(`${kmeIdOf(site)}  ${addressOf(port)}  ${saeIdOf(site)}`);
    return 0;
  }
  if (command === "curl" && first !== undefined) return printCurl(options, first, second);
  if (command === "saes") {
    const pki = await openPki(options);
    for (const [sae, { site }] of pki.saes.list()) print(`${sae}  ${kmeIdOf(site)}`);
    return 0;
  }
  if (command === "issue" && first !== undefined && second !== undefined) {
    portOf(dataFolder, second);
    const pki = await openPki(options);
    await pki.issueSae(first, second);
    const { certificate, privateKey, root } = pki.saePaths(first);
    print(`certificate  ${certificate}\nprivate key  ${privateKey}\nauthority    ${root}`);
    return 0;
  }
  return runLedgerCommand(args, options);
}

/** The commands that read the ledger. */
async function runLedgerCommand(args: readonly string[], options: KeysCliOptions): Promise<number> {
  const { values, positionals } = readArguments(args);
  const [command, first] = positionals;
  if (command === "verify") {
    return values.file === undefined
      ? verifyStoredLedger(options, first)
      : verifyLedgerFile(options, values.file);
  }
  if (command === "export" && first !== undefined && (values.format === "jsonl" || values.format === "csv")) {
    const site = values.site === undefined ? {} : { site: values.site };
    return exportStoredLedger(options, { path: first, format: values.format, ...site });
  }
  if (command === "exposure" && values.node !== undefined) {
    const from = values.from === undefined ? 0 : readTime(values.from);
    const to = values.to === undefined ? options.now() : readTime(values.to);
    return printExposure(options, { nodes: values.node, from, to }, values.file);
  }
  options.print(usage);
  return 2;
}

/** Unknown options print the usage like unknown commands do. */
function readArguments(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = {
    file: text,
    format: { ...text, default: "jsonl" },
    site: text,
    node: { ...text, multiple: true },
    from: text,
    to: text,
  } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch {
    return parseArgs({ args: [], options });
  }
}

function readTime(text: string): number {
  const at = Date.parse(text);
  if (Number.isFinite(at)) return at;
  throw new VernamError("keys-cli.time", `${text} is not a time.`, {
    nextStep: "Write it like 2026-01-31T12:00:00Z.",
  });
}

async function printCurl(options: KeysCliOptions, site: string, slave: string | undefined): Promise<number> {
  const address = addressOf(portOf(options.dataFolder, site));
  const other = [...readPorts(options.dataFolder).keys()].find((name) => name !== site) ?? site;
  const pki = await openPki(options);
  options.print(curlOf(address, slave ?? saeIdOf(other), pki.saePaths(saeIdOf(site))));
  return 0;
}

function openPki({ dataFolder, now }: KeysCliOptions): Promise<KeyNetworkPki> {
  readPorts(dataFolder);
  return KeyNetworkPki.open(join(dataFolder, "pki"), now);
}

function readPorts(dataFolder: string): ReadonlyMap<string, number> {
  const path = join(dataFolder, "kmes.json");
  if (!existsSync(path)) {
    throw new VernamError("keys-cli.no-network", `There is no key network in ${dataFolder} yet.`, {
      nextStep: "Start it once, or name its folder with DATA_DIR.",
    });
  }
  return new Map(Object.entries(portsSchema.parse(JSON.parse(readFileSync(path, "utf8")))));
}

function portOf(dataFolder: string, site: string): number {
  const port = readPorts(dataFolder).get(site);
  if (port !== undefined) return port;
  throw new VernamError("keys-cli.no-site", `There is no key manager for applications at ${site}.`, {
    nextStep: "`keys list` names them all.",
  });
}

function addressOf(port: number): string {
  return `https://127.0.0.1:${port}`;
}
