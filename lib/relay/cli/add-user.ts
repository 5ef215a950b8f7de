import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { copyBytes } from "../../shared/bytes.ts";
import { readWebConfig } from "../../shared/config-web.ts";
import { Accounts } from "../accounts/accounts.ts";
import { Lockout } from "../accounts/lockout.ts";
import { isRole, type Role } from "../accounts/roles.ts";
import { listEndpointSites } from "../posts.ts";
import { describeStartFailure } from "../process.ts";
import { openRelayStore } from "../start-relay.ts";

const usage = `Adds a user who signs in by password, or by single sign-on.

  --handle NAME     what the user types (a-z, 0-9, dot, dash; required)
  --name TEXT       the post's name, as others see it (required)
  --site ID         an end-point site of NETWORK (required)
  --roles LIST      comma-separated: user, officer, administrator, presenter, auditor, agent (default: user)
  --oidc-subject S  the subject at OIDC_ISSUER, instead of a password

The password is read from standard input, at least 12 characters. With the built-in database the web process must
be stopped; with DATABASE_URL it may run.`;

const shortestPassword = 12;

interface Wanted {
  readonly handle: string;
  readonly name: string;
  readonly site: string;
  readonly roles: readonly Role[];
  readonly oidcSubject: string | undefined;
}

/** @throws Error with one readable line. */
export function readArguments(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: [...args],
    options: {
      handle: { type: "string" },
      name: { type: "string" },
      site: { type: "string" },
      roles: { type: "string", default: "user" },
      "oidc-subject": { type: "string" },
    },
  });
  const { handle, name, site } = values;
  if (handle === undefined || name === undefined || site === undefined) throw new Error(usage);
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(handle)) throw new Error("--handle: a-z, 0-9, dot and dash only");
  if (name.trim() === "" || Buffer.byteLength(name) > 120) throw new Error("--name: 1 to 120 bytes");
  const listed = values.roles.split(",").map((role) => role.trim());
  const unknown = listed.find((role) => !isRole(role));
  if (unknown !== undefined) throw new Error(`--roles: there is no role "${unknown}"`);
  const roles = listed.filter(isRole);
  return { handle, name, site, roles, oidcSubject: values["oidc-subject"] };
}

async function readPassword(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write("Password: ");
  const lines = createInterface({ input: process.stdin, terminal: false });
  for await (const line of lines) {
    if (line.length < shortestPassword) {
      throw new Error(`the password must have at least ${shortestPassword} characters`);
    }
    return line;
  }
  throw new Error("no password on standard input");
}

async function main(): Promise<void> {
  const wanted = readArguments(process.argv.slice(2));
  const config = readWebConfig(process.env);
  const site = listEndpointSites(config.network).find(({ id }) => id === wanted.site);
  if (site === undefined)
    throw new Error(`--site: ${wanted.site} is no end-point site of "${config.network}"`);
  if (wanted.oidcSubject !== undefined && config.oidc === undefined)
    throw new Error("OIDC_ISSUER is not set");
  const secret =
    wanted.oidcSubject === undefined
      ? { password: await readPassword() }
      : { oidcSubject: `${config.oidc?.issuer}|${wanted.oidcSubject}` };
  const store = await openRelayStore(config);
  try {
    const accounts = new Accounts(store.prisma, new Lockout(store.database));
    const { handle, name, roles } = wanted;
    if (await accounts.isTaken(handle)) throw new Error(`--handle: "${handle}" is taken`);
    const user = copyBytes(randomBytes(16));
    const account = await accounts.create({ user, handle, name, site, roles, ...secret });
    console.log(`${account.handle} (${account.roles.join(", ")}) at ${account.site}: ${account.id}`);
  } finally {
    await store.close();
  }
}

if (process.argv[1]?.includes("add-user") === true) {
  main().catch((error: unknown) => {
    console.error(describeStartFailure(error).message);
    process.exitCode = 1;
  });
}
