import type { Role } from "../../protocol/device-certificate.ts";
import { toHex } from "../../shared/hex.ts";
import { parseRoles } from "./device-row.ts";
import type { Identity } from "./identity-token.ts";
import { readRoleFile, writeRoleFile } from "./role-file.ts";

/** Decides which roles a device's certificate carries. */
export interface RoleSource {
  rolesOf(identity: Pick<Identity, "user" | "site" | "roles">): readonly Role[];
  /** From now on this person has exactly these roles. */
  assign(site: string, user: Uint8Array, roles: readonly Role[]): void;
}

/** In the demonstration the web process says who administrators, officers and presenters are. */
export const demonstrationRoles: RoleSource = {
  rolesOf: (identity) => parseRoles(["user", ...identity.roles]),
  // What the web process says, which heard of the command too, is all there is.
  assign: () => undefined,
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
    assign(site, user, roles) {
      const file = readRoleFile(folder);
      const granted = roles.filter((role) => role !== "user" && role !== "agent");
      writeRoleFile(folder, { ...file, [site]: { ...file[site], [toHex(user)]: granted } });
    },
  };
}
