import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PGlite } from "@electric-sql/pglite";
import { createLog } from "../../../lib/relay/log.ts";
import { startRelay } from "../../../lib/relay/start-relay.ts";
import { readWebConfig } from "../../../lib/shared/config-web.ts";

/**
 * A relay in a process of its own, for tests that kill it. Told "arm", it kills itself with SIGKILL right after the
 * next commit of entries, before anybody is answered.
 */
let armed = false;

const original = PGlite.prototype.transaction;
PGlite.prototype.transaction = async function <T>(this: PGlite, work: Parameters<PGlite["transaction"]>[0]) {
  let stores = false;
  const result = await original.call(this, async (tx) => {
    const query = tx.query.bind(tx);
    tx.query = ((sql: string, ...rest: never[]) => {
      stores ||= sql.includes("INSERT INTO entries");
      return query(sql, ...rest);
    }) as typeof tx.query;
    return work(tx);
  });
  if (armed && stores) process.kill(process.pid, "SIGKILL");
  return result as T;
} as typeof original;

const config = readWebConfig(process.env);
const relay = await startRelay({ config, version: "test", log: createLog("silent") });
const server = createServer();
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
await relay.attach(server);
const tokens = await Promise.all(
  relay.runtime.posts.slice(0, 2).map(async ({ handle }) => {
    const account = await relay.runtime.accounts.findPost(handle);
    if (account === null) throw new Error("no post");
    const bearer = { version: await relay.runtime.sessions.versionOf(account.id), session: null };
    const { token } = await relay.runtime.tokens.issue(account, "relay", bearer, Date.now());
    return { user: account.id, site: account.site, token };
  }),
);
process.on("message", (message) => {
  armed = message === "arm";
  process.send?.("armed");
});
process.send?.({ port: (server.address() as AddressInfo).port, tokens });
