export type Role = "user" | "officer" | "administrator" | "presenter" | "auditor" | "agent";

/** Who is signed in, as screens need it. */
export interface SessionUser {
  /** 16 bytes, hex. */
  readonly id: string;
  readonly name: string;
  readonly handle: string;
  readonly site: string;
  readonly roles: readonly Role[];
}

export const administrationRoles: readonly Role[] = ["administrator", "auditor", "officer", "presenter"];
export const stageRoles: readonly Role[] = ["presenter"];
export const administratorRoles: readonly Role[] = ["administrator"];
export const alarmCommandRoles: readonly Role[] = ["administrator", "officer"];
export const deviceCommandRoles: readonly Role[] = ["officer"];

export function hasRole(user: SessionUser, roles: readonly Role[]): boolean {
  return user.roles.some((role) => roles.includes(role));
}
