export const roles = ["user", "officer", "administrator", "presenter", "auditor", "agent"] as const;
export type Role = (typeof roles)[number];

/** Roles that may look at the key world's operations. */
const operators: readonly Role[] = ["administrator", "auditor", "presenter", "officer"];

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

export function mayReadOperations(held: readonly Role[]): boolean {
  return operators.some((role) => held.includes(role));
}
