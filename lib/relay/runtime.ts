import type { WebConfig } from "../shared/config-web.ts";
import type { Account } from "./accounts/account.ts";
import type { Accounts } from "./accounts/accounts.ts";
import type { CarriedRoles } from "./accounts/carry-roles.ts";
import type { Sessions, Standing } from "./accounts/sessions.ts";
import type { HealthView } from "./health.ts";
import type { Log } from "./log.ts";
import type { Post, Site } from "./posts.ts";
import type { AgentDesk } from "./socket/agent-sockets.ts";
import type { IdentityTokens } from "./tokens/identity-tokens.ts";

/**
 * What server.ts opened once and Next's own bundle uses. The two have separate module graphs, so the one object
 * hangs on globalThis; this file is the only way to it.
 */
export interface RelayRuntime {
  readonly config: WebConfig;
  readonly version: string;
  readonly sessionSecret: string;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly tokens: IdentityTokens;
  /** Empty outside demonstration mode. */
  readonly posts: readonly Post[];
  readonly sites: readonly Site[];
  /** No posts where no agents run. */
  readonly agents: AgentDesk;
  readonly log: Log;
  health(): Promise<HealthView>;
  /** The signed-in user behind a session cookie's value, asked of the database. */
  readSessionCookie(value: string | undefined): Promise<Standing | null>;
  /** Ends one session and disconnects its sockets. */
  signOut(session: string): Promise<void>;
  setDisabled(user: string, disabled: boolean): Promise<void>;
  setRoles(user: string, roles: Account["roles"]): Promise<void>;
  /** Hands a signed command about roles to the key world and does what it accepts. */
  carryRoles(signed: Uint8Array<ArrayBuffer>): Promise<CarriedRoles>;
}

const slot = Symbol.for("vernam.relay.runtime");
const holder = globalThis as { [slot]?: RelayRuntime };

/** @throws Error when the page is not served by server.ts. */
export function relayRuntime(): RelayRuntime {
  const runtime = holder[slot];
  if (runtime === undefined) throw new Error("the relay is not running in this process: start server.ts");
  return runtime;
}

export function setRelayRuntime(runtime: RelayRuntime | undefined): void {
  if (runtime === undefined) delete holder[slot];
  else holder[slot] = runtime;
}
