import { join } from "node:path";
import { z } from "zod";
import { readFileIfThere, writePrivateFile } from "../../shared/private-file.ts";
import { GatewayError } from "../gateway-error.ts";

const fileShape = z.record(z.string(), z.array(z.string().regex(/^\d{30}$/)));
const mostKept = 256;

/**
 * Approvals given at the command line, since a site's first officer has nobody to sign for: per site the 30 digits that
 * a waiting device shows. `<folder>/approvals.json`.
 */
export class StandingApprovals {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, "approvals.json");
  }

  includes(site: string, digits: string): boolean {
    return (this.#read()[site] ?? []).includes(digits);
  }

  add(site: string, digits: string): void {
    const all = this.#read();
    const known = (all[site] ?? []).filter((other) => other !== digits);
    const kept = [...known, digits].slice(-mostKept);
    writePrivateFile(this.#path, `${JSON.stringify({ ...all, [site]: kept }, null, 2)}\n`);
  }

  #read(): z.infer<typeof fileShape> {
    const content = readFileIfThere(this.#path);
    if (content === undefined) return {};
    try {
      return fileShape.parse(JSON.parse(content.toString("utf8")));
    } catch (cause) {
      throw new GatewayError("gateway.approvals-file", "The file of approvals cannot be read.", {
        status: 503,
        cause,
        nextStep: "Correct or remove approvals.json of this installation.",
      });
    }
  }
}
