import type { Command } from "../../protocol/command.ts";
import { GatewayError } from "../gateway-error.ts";

/** @throws GatewayError command.argument when it is missing, empty or no text. */
export function textArgument(args: Command["args"], name: string): string {
  const value = args[name];
  if (typeof value !== "string" || value === "") throw badArgument(name);
  return value;
}

export function badArgument(name: string): GatewayError {
  return refused("command.argument", `The argument ${name} is missing or out of range.`, 400);
}

export function refused(code: string, message: string, status = 403): GatewayError {
  return new GatewayError(code, message, { status });
}
