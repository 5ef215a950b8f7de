import { readdirSync } from "node:fs";
import { resolve, sep } from "node:path";

const app = resolve(import.meta.dirname, "../../../app");

/** Addresses of all pages, read from the files that are pages: a new one is among them without being named here. */
export function listPages(): readonly string[] {
  return readdirSync(app, { recursive: true, encoding: "utf8" })
    .filter((file) => file === "page.tsx" || file.endsWith(`${sep}page.tsx`))
    .map(
      (file) =>
        `/${file
          .split(sep)
          .slice(0, -1)
          .filter((part) => !part.startsWith("("))
          .join("/")}`,
    )
    .sort();
}
