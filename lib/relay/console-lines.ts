import { stripVTControlCharacters } from "node:util";
import type { Log } from "./log.ts";

/**
 * What libraries print to the console become lines of the log: texts, and of errors the name and message, but nothing
 * of objects, which may hold what a log must not.
 */
export function takeConsole(log: Log): void {
  const say = (write: (text: string) => void) => {
    return (...parts: unknown[]): void => {
      const text = parts.flatMap(textOf).join(" ").trim();
      if (text !== "") write(stripVTControlCharacters(text));
    };
  };
  console.log = say((text) => log.debug(text));
  console.info = say((text) => log.debug(text));
  console.warn = say((text) => log.warn(text));
  console.error = say((text) => log.error({ code: "web.console" }, text));
}

function textOf(part: unknown): readonly string[] {
  if (part instanceof Error) return [`${part.name}: ${part.message}`];
  return typeof part === "string" ? [part] : [];
}
