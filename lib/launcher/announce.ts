import QRCode from "qrcode";
import type { LauncherOptions } from "./options.ts";

export interface AnnouncedPost {
  readonly handle: string;
  readonly name: string;
}

/** The address to open: loopback by HTTP, or HTTPS on the first address of the room's network. */
export function addressOf(options: LauncherOptions): string {
  const lan = options.lanAddresses[0];
  return lan === undefined ? `http://localhost:${options.port}` : `https://${lan}:${options.port}`;
}

async function lanLines(options: LauncherOptions): Promise<string[]> {
  if (options.lanAddresses.length === 0) return [];
  const code = await QRCode.toString(addressOf(options), { type: "terminal", small: true });
  return [
    "",
    code,
    "Browsers on other machines must trust the demonstration's own authority first:",
    `  the certificate is ${options.dataFolder}/public/authority.crt; import it as a certificate authority,`,
    "  or accept the browser's warning once for each of the two addresses (the second port serves the gateways).",
  ];
}

/** What a person reads when everything is up. */
export async function announcement(
  options: LauncherOptions,
  posts: readonly AnnouncedPost[],
): Promise<string> {
  const address = addressOf(options);
  const onRoom = options.lanAddresses.length > 0;
  const line = (post: AnnouncedPost): string =>
    onRoom ? `  ${post.name}` : `  http://${post.handle}.localhost:${options.port}`.padEnd(48) + post.name;
  const lines = [
    "",
    `Vernam is ready:  ${address}`,
    "Demonstration: simulated QKD network. Not approved for classified information.",
    "",
    onRoom
      ? `Posts (${posts.length}), one click each on the sign-in page; one private window holds one post:`
      : `Posts (${posts.length}); each opens on a host of its own, with one click to sign in:`,
    ...posts.slice(0, 12).map(line),
  ];
  if (posts.length > 12) lines.push(`  … and ${posts.length - 12} more on the sign-in page.`);
  lines.push(...(await lanLines(options)), "", "Ctrl-C stops everything; the data stays.", "");
  return lines.join("\n");
}
