import type { Theatre } from "./theatre.ts";

/** Custodians that a presenter took away answer again. */
export async function restoreCustodians({ agents }: Pick<Theatre, "agents">): Promise<void> {
  for (const { handle, kind, connected, state } of await agents.list()) {
    const lost = (state as { readonly lost?: boolean } | null)?.lost === true;
    if (kind === "custodian" && connected && lost) await agents.command(handle, "return", undefined);
  }
}
