import { parseCommand } from "../../protocol/command.ts";
import { isRole, type Role } from "./roles.ts";

export type CarriedRoles =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string };

const patienceMs = 10_000;

/**
 * Hands a signed command about a person's roles to the key world, which judges signature, role and nonce, and gives the
 * account the same roles when it was accepted. This process decides nothing itself.
 * @param bytes CBOR Signed Command.
 */
export async function carryRoles(
  bytes: Uint8Array<ArrayBuffer>,
  gatewayOrigin: string,
  setRoles: (user: string, roles: readonly Role[]) => Promise<void>,
): Promise<CarriedRoles> {
  const wanted = readAssignment(bytes);
  if (wanted === undefined)
    return { ok: false, status: 400, code: "roles.malformed", message: "This is no command about roles." };
  const answer = await fetch(`${gatewayOrigin}/ops/commands`, {
    method: "POST",
    headers: { "content-type": "application/cbor" },
    body: bytes,
    signal: AbortSignal.timeout(patienceMs),
  }).catch(() => undefined);
  if (answer === undefined)
    return {
      ok: false,
      status: 502,
      code: "gateway.unreachable",
      message: "The key network does not answer.",
    };
  if (!answer.ok) {
    const { code, message } = (await answer.json().catch(() => ({}))) as { code?: string; message?: string };
    return {
      ok: false,
      status: answer.status,
      code: code ?? "roles.refused",
      message: message ?? "The key network refused the command.",
    };
  }
  await setRoles(wanted.user, wanted.roles);
  return { ok: true };
}

function readAssignment(bytes: Uint8Array): { user: string; roles: Role[] } | undefined {
  try {
    const { kind, args } = parseCommand(bytes).value;
    const { user, roles } = args;
    if (kind !== "role.set" || typeof user !== "string" || typeof roles !== "string") return undefined;
    return { user, roles: ["user", ...roles.split(" ").filter(isRole)] };
  } catch {
    return undefined;
  }
}
