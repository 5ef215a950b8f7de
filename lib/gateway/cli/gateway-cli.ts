import { existsSync } from "node:fs";
import { join } from "node:path";
import { toString as qrText } from "qrcode";
import { roles as knownRoles, type Role } from "../../protocol/device-certificate.ts";
import { VernamError } from "../../shared/errors.ts";
import { AccessCards } from "../enrolment/access-cards.ts";
import { readRoleFile, writeRoleFile } from "../enrolment/role-file.ts";
import { StandingApprovals } from "../enrolment/standing-approvals.ts";

const usage = `Usage:
  keys role list                        who has power at which site
  keys role add SITE USER ROLE          officer, administrator, presenter, auditor; counts from the next renewal
  keys role remove SITE USER ROLE
  keys approve SITE DIGITS              let the device in that shows these 30 digits and asks again
  keys card SITE DEVICE [--qr]          the access card of an approved device, to carry to it by hand`;

const grantable: readonly Role[] = knownRoles.filter((role) => role !== "user" && role !== "agent");

export interface GatewayCliOptions {
  /** DATA_DIR/qkdn. */
  readonly dataFolder: string;
  readonly print: (line: string) => void;
}

/** Runs one command on the gateways' files, while they run or not, and answers the process's exit code. */
export async function runGatewayCli(args: readonly string[], options: GatewayCliOptions): Promise<number> {
  try {
    return await run(args, { ...options, folder: join(options.dataFolder, "gateways") });
  } catch (error) {
    if (!(error instanceof VernamError)) throw error;
    options.print(error.message);
    if (error.nextStep !== undefined) options.print(error.nextStep);
    return 1;
  }
}

type Context = GatewayCliOptions & { readonly folder: string };

async function run([command, ...args]: readonly string[], context: Context): Promise<number> {
  const [first, second, third, fourth] = args;
  if (command === "role" && first === "list") return listRoles(context);
  if (command === "role" && (first === "add" || first === "remove") && second && third && fourth)
    return changeRole(context, first, { site: second, user: third, role: fourth });
  if (command === "approve" && first && second) return approve(context, first, args.slice(1).join(""));
  if (command === "card" && first && second)
    return await printCard(context, { site: first, device: second }, third === "--qr");
  context.print(usage);
  return 2;
}

function listRoles({ folder, print }: Context): number {
  for (const [site, users] of Object.entries(readRoleFile(folder)))
    for (const [user, roles] of Object.entries(users)) print(`${site}  ${user}  ${roles.join(" ")}`);
  return 0;
}

function changeRole(
  { folder, print }: Context,
  change: "add" | "remove",
  { site, user, role }: { readonly site: string; readonly user: string; readonly role: string },
): number {
  checkSite(folder, site);
  if (!/^[0-9a-f]{32}$/.test(user))
    throw new VernamError("gateway-cli.user", "A user is 32 hexadecimal digits.", {
      nextStep: "`npm run add-user` prints them; so does the page of people and devices.",
    });
  if (!grantable.some((known) => known === role))
    throw new VernamError("gateway-cli.role", `There is no role ${role} to give.`, {
      nextStep: `Choose one of ${grantable.join(", ")}.`,
    });
  const all = readRoleFile(folder);
  const others = (all[site]?.[user] ?? []).filter((known) => known !== role);
  const roles = change === "add" ? [...others, role] : others;
  const { [user]: _, ...users } = all[site] ?? {};
  writeRoleFile(folder, { ...all, [site]: roles.length === 0 ? users : { ...users, [user]: roles } });
  print(`${site}  ${user}  ${roles.join(" ")}`.trimEnd());
  return 0;
}

function approve({ folder, print }: Context, site: string, text: string): number {
  checkSite(folder, site);
  const digits = text.replace(/[\s-]/g, "");
  if (!/^\d{30}$/.test(digits))
    throw new VernamError("gateway-cli.digits", "A waiting device shows 30 digits.", {
      nextStep: "Copy all six groups of five.",
    });
  new StandingApprovals(folder).add(site, digits);
  print("The device that shows these digits is let in when it asks again, within seconds.");
  print(`If it asks for its access card then: npm run keys -- card ${site} DEVICE --qr`);
  return 0;
}

async function printCard(
  { folder, print }: Context,
  { site, device }: { readonly site: string; readonly device: string },
  asQr: boolean,
): Promise<number> {
  checkSite(folder, site);
  const text = /^[0-9a-f]{32}$/.test(device) ? new AccessCards(folder).read(site, device) : undefined;
  if (text === undefined)
    throw new VernamError("gateway-cli.no-card", "No access card waits for this device.", {
      nextStep: "It must be approved first; a card is gone once its device has used it.",
    });
  if (asQr) print(await qrText(text, { type: "terminal", small: true, errorCorrectionLevel: "M" }));
  print(text);
  return 0;
}

function checkSite(folder: string, site: string): void {
  if (/^[a-z0-9-]+$/.test(site) && existsSync(join(folder, `${site}.json`))) return;
  throw new VernamError("gateway-cli.no-site", `There is no gateway of a site ${site} here.`, {
    nextStep: "Start the key network once, or name its folder with DATA_DIR.",
  });
}
