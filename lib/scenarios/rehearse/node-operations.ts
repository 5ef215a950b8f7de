import type { Operations } from "../scenes/theatre.ts";
import { type PresenterSession, readAnswer } from "./presenter-session.ts";

/** A token is asked for anew before it lapses, ms. */
const tokenLifeMs = 30_000;

/** The operations face over HTTP, as the presenter reads it. */
export function createNodeOperations(
  session: PresenterSession,
): Operations & { command(signed: Uint8Array<ArrayBuffer>): Promise<void> } {
  let token: { readonly text: string; readonly until: number } | undefined;
  async function request(path: string): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      if (token === undefined || token.until < Date.now())
        token = { text: await session.token("ops"), until: Date.now() + tokenLifeMs };
      const headers = { authorization: `Bearer ${token.text}` };
      const answer = await fetch(session.gatewayOrigin + path, { headers });
      if (answer.status !== 401 || attempt > 0) return answer;
      // On a busy machine it may lapse on the way.
      token = undefined;
    }
  }
  return {
    async read<T>(
      path: string,
      query: Readonly<Record<string, string | number | undefined>> = {},
    ): Promise<T> {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query))
        if (value !== undefined) search.set(name, String(value));
      return (await readAnswer(await request(search.size > 0 ? `${path}?${search}` : path))) as T;
    },
    async text(path, query) {
      const answer = await request(`${path}?${new URLSearchParams(query)}`);
      if (!answer.ok) await readAnswer(answer);
      return await answer.text();
    },
    async command(signed) {
      const answer = await fetch(`${session.gatewayOrigin}/ops/commands`, {
        method: "POST",
        headers: { "content-type": "application/cbor" },
        body: signed,
      });
      await readAnswer(answer);
    },
  };
}
