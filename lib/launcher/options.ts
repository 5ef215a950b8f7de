import { networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";

const environment = z.object({
  PORT: z.coerce.number().int().min(1).max(65534).default(3000),
  DATA_DIR: z.string().min(1).default(".data"),
  NETWORK: z.enum(["nine", "iberia-small", "eu27"]).default("nine"),
  DEMO: z.enum(["0", "1"]).default("1"),
  AGENTS: z.enum(["on", "off"]).default("on"),
});

export interface LauncherOptions {
  readonly port: number;
  readonly gatewayPort: number;
  readonly dataFolder: string;
  readonly network: string;
  readonly demonstration: boolean;
  /** Whether programs hold posts of their own; in the demonstration only. */
  readonly agents: boolean;
  /** Addresses of this machine on the room's network; empty unless `--lan`. */
  readonly lanAddresses: readonly string[];
}

/** IPv4 addresses other machines in the room can reach. */
function roomAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flat()
    .filter((address) => address !== undefined && address.family === "IPv4" && !address.internal)
    .map((address) => (address as { address: string }).address);
}

/**
 * Reads the launcher's environment and arguments.
 * @throws Error with one readable line when a value is out of range or an argument is unknown.
 */
export function readOptions(env: NodeJS.ProcessEnv, args: readonly string[]): LauncherOptions {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${issue?.path.join(".") ?? "environment"}: ${issue?.message ?? "not valid"}`);
  }
  const unknown = args.find((argument) => argument !== "--lan");
  if (unknown !== undefined) throw new Error(`unknown argument ${unknown}; the only one is --lan`);
  const lan = args.includes("--lan");
  const lanAddresses = lan ? roomAddresses() : [];
  if (lan && lanAddresses.length === 0)
    throw new Error("--lan: this machine has no network address to serve on");
  const { PORT, DATA_DIR, NETWORK, DEMO, AGENTS } = parsed.data;
  return {
    port: PORT,
    gatewayPort: PORT + 1,
    dataFolder: resolve(DATA_DIR),
    network: NETWORK,
    demonstration: DEMO === "1",
    agents: DEMO === "1" && AGENTS === "on",
    lanAddresses,
  };
}
