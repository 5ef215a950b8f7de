import { join } from "node:path";
import { z } from "zod";
import { readFileIfThere, writePrivateFile } from "../../shared/private-file.ts";
import { GatewayError } from "../gateway-error.ts";

const userShape = z.string().regex(/^[0-9a-f]{32}$/);
const fileShape = z.record(z.string(), z.record(userShape, z.array(z.string())));

/** {site: {user hex: [roles]}}: who has power at which site, written at the command line of this machine. */
export type RoleFile = z.infer<typeof fileShape>;

/** `<folder>/roles.json`, empty when there is none. @throws GatewayError gateway.roles-file */
export function readRoleFile(folder: string): RoleFile {
  const content = readFileIfThere(join(folder, "roles.json"));
  if (content === undefined) return {};
  const parsed = fileShape.safeParse(parseJson(content));
  if (parsed.success) return parsed.data;
  throw new GatewayError("gateway.roles-file", "The file of roles cannot be read.", {
    status: 503,
    nextStep: "Correct roles.json of this installation.",
  });
}

export function writeRoleFile(folder: string, roles: RoleFile): void {
  writePrivateFile(join(folder, "roles.json"), `${JSON.stringify(roles, null, 2)}\n`);
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}
