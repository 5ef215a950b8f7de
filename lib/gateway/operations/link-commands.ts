import type { AttackModel, LinkFaults } from "../../keys/api-types.ts";
import { highestFaults, isAttackModel } from "../../keys/links/link-disturbance.ts";
import type { Command } from "../../protocol/command.ts";
import { badArgument, refused, textArgument } from "./command-arguments.ts";

/** What a command can do to the links. */
export interface LinkControls {
  setAttack(link: string, attack: { readonly model: AttackModel; readonly fraction: number }): void;
  setCut(link: string, cut: boolean): void;
  setFault(link: string, fault: keyof LinkFaults, level: number): void;
  setAuthenticated(link: string, authenticated: boolean): void;
  resetAll(): void;
}

/**
 * Checks the arguments of a command to the links; what it returns does the work.
 * @param demonstration false refuses what no deployment in earnest may do: to switch authentication off.
 * @throws GatewayError command.argument, command.demonstration-only
 */
export function prepareLinkCommand(
  { kind, args }: Pick<Command, "kind" | "args">,
  links: LinkControls,
  demonstration: boolean,
): () => void {
  const link = textArgument(args, "link");
  switch (kind) {
    case "link.attack": {
      const { model } = args;
      const fraction = numberArgument(args, "fraction", 1);
      if (!isAttackModel(model)) throw badArgument("model");
      return () => links.setAttack(link, { model, fraction });
    }
    case "link.cut": {
      const cut = booleanArgument(args, "cut");
      return () => links.setCut(link, cut);
    }
    case "link.fault": {
      const { fault } = args;
      if (!isFault(fault)) throw badArgument("fault");
      const level = numberArgument(args, "level", highestFaults[fault]);
      return () => links.setFault(link, fault, level);
    }
    default: {
      const on = booleanArgument(args, "on");
      if (!demonstration)
        throw refused("command.demonstration-only", "Only a demonstration may switch authentication off.");
      return () => links.setAuthenticated(link, on);
    }
  }
}

function isFault(value: unknown): value is keyof LinkFaults {
  return typeof value === "string" && Object.hasOwn(highestFaults, value);
}

function numberArgument(args: Command["args"], name: string, highest: number): number {
  const value = args[name];
  if (typeof value !== "number" || !(value >= 0 && value <= highest)) throw badArgument(name);
  return value;
}

function booleanArgument(args: Command["args"], name: string): boolean {
  const value = args[name];
  if (typeof value !== "boolean") throw badArgument(name);
  return value;
}
