import { cookies } from "next/headers";
import type { Account } from "../accounts/account.ts";
import type { Standing } from "../accounts/sessions.ts";
import { relayRuntime } from "../runtime.ts";
import { sessionCookieName } from "./session-cookie.ts";

/** The signed-in person of the current request, for server components, route handlers and actions; else null. */
export async function readStanding(): Promise<Standing | null> {
  const runtime = relayRuntime();
  const name = sessionCookieName(runtime.config.tls !== undefined);
  return runtime.readSessionCookie((await cookies()).get(name)?.value);
}

export async function readAccount(): Promise<Account | null> {
  return (await readStanding())?.account ?? null;
}
