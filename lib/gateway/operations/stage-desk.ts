import type { StageView } from "../../keys/api-types.ts";
import type { Command } from "../../protocol/command.ts";
import { badArgument, refused, textArgument } from "./command-arguments.ts";

const stageCommands = ["pool.empty", "space.sky", "node.compromise", "assume.broken"] as const;
export type StageCommand = (typeof stageCommands)[number];

export interface StageDeskOptions {
  /** Places that hold key: whose compromise means something. */
  readonly nodes: readonly string[];
  readonly links: { empty(link: string): Promise<number> };
  /** Undefined for a network without satellites. */
  readonly space:
    | {
        readonly stations: readonly string[];
        readonly rate: number;
        setRate(rate: number): void;
        setSky(station: string, sky: "clear" | "cloudy" | null): void;
      }
    | undefined;
  /** All of this makes sense in a demonstration only. */
  readonly demonstration: boolean;
  readonly now: () => number;
}

const keptEmptied = 20;

/**
 * What a presenter supposes and what weather they order. Suppositions (a node is dishonest, a problem that X-Wing or
 * QKD stands on is solved) change nothing in the network: they are kept here so that every screen tells the same story,
 * and are judged against the ledger. Clouds and an emptied pool are real effects.
 */
export class StageDesk {
  readonly #options: StageDeskOptions;
  readonly #rateAtFirst: number;
  readonly #broken = { xWing: false, qkd: false };
  readonly #compromised = new Map<string, number>();
  readonly #skies = new Map<string, "clear" | "cloudy">();
  #emptied: StageView["emptied"] = [];

  constructor(options: StageDeskOptions) {
    this.#options = options;
    this.#rateAtFirst = options.space?.rate ?? 1;
  }

  view(): StageView {
    return {
      broken: { ...this.#broken },
      compromised: [...this.#compromised].map(([node, since]) => ({ node, since })),
      skies: [...this.#skies].map(([station, sky]) => ({ station, sky })),
      emptied: this.#emptied,
    };
  }

  /** Checks the arguments; what it returns does the work. @throws GatewayError command.* */
  prepare({
    kind,
    args,
  }: Pick<Command, "args"> & { readonly kind: StageCommand }): () => void | Promise<void> {
    if (!this.#options.demonstration)
      throw refused("command.demonstration-only", "This is for demonstrations only.");
    switch (kind) {
      case "pool.empty": {
        const link = textArgument(args, "link");
        return () => this.#empty(link);
      }
      case "space.sky":
        return this.#prepareSky(args);
      case "node.compromise":
        return this.#prepareNode(args);
      case "assume.broken":
        return this.#prepareBreak(args);
    }
  }

  /** Back to what nobody touched: no supposition, the forecast's weather, the first speed of the satellites. */
  reset(): void {
    this.#broken.xWing = false;
    this.#broken.qkd = false;
    this.#compromised.clear();
    for (const station of this.#skies.keys()) this.#options.space?.setSky(station, null);
    this.#skies.clear();
    this.#emptied = [];
    this.#options.space?.setRate(this.#rateAtFirst);
  }

  async #empty(link: string): Promise<void> {
    const bytes = await this.#options.links.empty(link);
    this.#emptied = [{ link, bytes, at: this.#options.now() }, ...this.#emptied].slice(0, keptEmptied);
  }

  #prepareSky(args: Command["args"]): () => void {
    const { space } = this.#options;
    const station = textArgument(args, "station");
    const { sky } = args;
    if (space === undefined || !space.stations.includes(station)) throw badArgument("station");
    if (sky === "forecast")
      return () => {
        this.#skies.delete(station);
        space.setSky(station, null);
      };
    if (sky !== "clear" && sky !== "cloudy") throw badArgument("sky");
    return () => {
      this.#skies.set(station, sky);
      space.setSky(station, sky);
    };
  }

  #prepareNode(args: Command["args"]): () => void {
    const node = textArgument(args, "node");
    if (!this.#options.nodes.includes(node)) throw badArgument("node");
    const on = switchOf(args);
    return () => {
      if (!on) this.#compromised.delete(node);
      else if (!this.#compromised.has(node)) this.#compromised.set(node, this.#options.now());
    };
  }

  #prepareBreak(args: Command["args"]): () => void {
    const part = args.part;
    if (part !== "x-wing" && part !== "qkd") throw badArgument("part");
    const on = switchOf(args);
    return () => {
      this.#broken[part === "qkd" ? "qkd" : "xWing"] = on;
    };
  }
}

function switchOf(args: Command["args"]): boolean {
  if (typeof args.on !== "boolean") throw badArgument("on");
  return args.on;
}

export function isStageCommand(kind: string): kind is StageCommand {
  return stageCommands.some((known) => known === kind);
}
