import type { IdentitySource } from "../../lib/messenger/identity-source.ts";
import type { NodeSession } from "../../lib/messenger/node/sign-in.ts";

export interface Desk {
  readonly user: { readonly id: string; readonly name: string; readonly site: string };
  readonly identity: IdentitySource;
}

interface DeskAnswer {
  readonly user: Desk["user"];
  readonly relayToken: string;
  readonly gatewayToken: string;
}

/** A desk of the stage: one more user at a site, opened by the presenter. */
export async function openDesk(
  origin: string,
  presenter: NodeSession,
  desk: { readonly stage: string; readonly site: string; readonly side: "alice" | "bob" },
): Promise<Desk> {
  const ask = async (): Promise<DeskAnswer> => {
    const answer = await fetch(`${origin}/api/stage/desk`, {
      method: "POST",
      headers: { cookie: presenter.cookie(), origin, "content-type": "application/json" },
      body: JSON.stringify(desk),
    });
    if (!answer.ok) throw new Error(`desk at ${desk.site}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as DeskAnswer;
  };
  const { user } = await ask();
  return {
    user,
    identity: {
      token: async (audience) => {
        const tokens = await ask();
        return audience === "relay" ? tokens.relayToken : tokens.gatewayToken;
      },
    },
  };
}
