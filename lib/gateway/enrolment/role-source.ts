import { join } from "node:path";
import { z } from "zod";
import type { Role } from "../../protocol/device-certificate.ts";
import { toHex } from "../../shared/hex.ts";
import { readFileIfThere } from "../../shared/private-file.ts";
import { GatewayError } from "../gateway-error.ts";
import { parseRoles } from "./device-row.ts";
import type { Identity } from "./identity-token.ts";

/** Decides which roles a device's certificate carries. */
export interface RoleSource {
  rolesOf(identity: Pick<Identity, "user" | "site" | "roles">): readonly Role[];
}

/** In the demonstration the web process says who administrators, officers and presenters are. */
export const demonstrationRoles: RoleSource = {
  rolesOf: (identity) => parseRoles(["user", ...identity.roles]),
};

const fileShape = z.record(z.string(), z.record(z.string().regex(/^[0-9a-f]{32}$/), z.array(z.string())));

/**
 * Otherwise the web process is believed about who signs in, never about power: roles beyond user and agent come
 * from `<folder>/roles.json` ({site: {user hex: [roles]}}), written at the command line of this machine.
 */
export function createRoleFile(folder: string): RoleSource {
  const path = join(folder, "roles.json");
  return {
    rolesOf(identity) {
      const content = readFileIfThere(path);
      const plain = identity.roles.filter((role) => role === "agent");
      if (content === undefined) return parseRoles(["user", ...plain]);
      const parsed = fileShape.safeParse(parseJson(content));
      if (!parsed.success) {
        throw new GatewayError("gateway.roles-file", "The file of roles cannot be read.", {
          status: 503,
          nextStep: "Correct roles.json of this installation.",
        });
      }
      const granted = parsed.data[identity.site]?.[toHex(identity.user)] ?? [];
      return parseRoles(["user", ...plain, ...granted]);
    },
  };
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}
