import type { Role } from "../../protocol/device-certificate.ts";
import { toHex } from "../../shared/hex.ts";
import { parseRoles } from "./device-row.ts";
import type { Identity } from "./identity-token.ts";
import { readRoleFile } from "./role-file.ts";

/** Decides which roles a device's certificate carries. */
export interface RoleSource {
  rolesOf(identity: Pick<Identity, "user" | "site" | "roles">): readonly Role[];
}

/** In the demonstration the web process says who administrators, officers and presenters are. */
export const demonstrationRoles: RoleSource = {
  rolesOf: (identity) => parseRoles(["user", ...identity.roles]),
};

/**
 * Otherwise the web process is believed about who signs in, never about power: roles beyond user and agent come
 * from the file of roles, which `npm run keys -- role` writes. A change counts at the next enrolment or renewal.
 */
export function createRoleFile(folder: string): RoleSource {
  return {
    rolesOf(identity) {
      const plain = identity.roles.filter((role) => role === "agent");
      const granted = readRoleFile(folder)[identity.site]?.[toHex(identity.user)] ?? [];
      return parseRoles(["user", ...plain, ...granted]);
    },
  };
}
