import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLog } from "../../../lib/relay/log.ts";
import { startRelay } from "../../../lib/relay/start-relay.ts";
import { readWebConfig } from "../../../lib/shared/config-web.ts";
import { PgliteStatements } from "../../../lib/shared/database/pglite-statements.ts";

/**
 * A relay in a process of its own, for tests that kill it. Told "arm", it kills itself with SIGKILL right after the
 * next commit of entries, before anybody is answered.
 */
let armed = false;

let stores = false;

const { run, command } = PgliteStatements.prototype;
PgliteStatements.prototype.run = function <Row>(this: PgliteStatements, ...call: Parameters<typeof run>) {
  stores ||= call[0].includes("INSERT INTO entries");
  return run.apply(this, call) as Promise<Row[]>;
};
PgliteStatements.prototype.command = async function (this: PgliteStatements, text) {
  const tag = await command.call(this, text);
  if (armed && stores && text === "COMMIT") process.kill(process.pid, "SIGKILL");
  stores = false;
  return tag;
};

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
