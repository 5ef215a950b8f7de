import type { User } from "../../../prisma/relay/client/client.ts";
import { toHex } from "../../shared/hex.ts";
import { isRole, type Role } from "./roles.ts";

export type AccountKind = "demonstration" | "desk" | "agent" | "password" | "oidc";

/** A user as the rest of the web process sees one. Nothing secret: safe in a session or an answer. */
export interface Account {
  /** User id, hex. */
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly site: string;
  readonly country: string;
  readonly roles: readonly Role[];
}

export function toAccount(
  user: Pick<User, "id" | "handle" | "name" | "site" | "country" | "roles">,
): Account {
  return {
    id: toHex(user.id),
    handle: user.handle,
    name: user.name,
    site: user.site,
    country: user.country,
    roles: user.roles.filter(isRole),
  };
}

/** Posts, stage desks and agents belong to the demonstration: their traffic may be shown to an audience. */
export function isDemonstration(kind: string): boolean {
  return (demonstrationKinds as readonly string[]).includes(kind);
}

export const demonstrationKinds = ["demonstration", "desk", "agent"] as const;
