import type { Theatre } from "./theatre.ts";

/** Custodians that a presenter took away answer again. */
export async function restoreCustodians({ agents }: Pick<Theatre, "agents">): Promise<void> {
  for (const { handle, kind, connected, state } of await agents.list()) {
    const lost = (state?.duty as { readonly lost?: boolean } | undefined)?.lost === true;
    if (kind === "custodian" && connected && lost) await agents.command(handle, "return", undefined);
  }
}
