import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { KeyNetworkPki } from "../pki/key-network-pki.ts";

/**
 * Program: `lan-certificate DATA_DIR HOST…` makes the HTTPS certificate of a demonstration on a room's network under
 * the demonstration's own authority. Leaves tls/server.pem and tls/server.key for the two listeners and
 * public/authority.crt for the browsers of other machines.
 */
async function main([folder, ...hosts]: readonly string[]): Promise<void> {
  if (folder === undefined || hosts.length === 0) throw new Error("usage: lan-certificate DATA_DIR HOST…");
  const data = resolve(folder);
  const pki = await KeyNetworkPki.open(join(data, "qkdn", "pki"), Date.now);
  const pair = await pki.lanCertificate(hosts);
  for (const name of ["tls", "public"]) mkdirSync(join(data, name), { recursive: true, mode: 0o700 });
  writeFileSync(join(data, "tls", "server.key"), pair.privateKey, { mode: 0o600 });
  writeFileSync(join(data, "tls", "server.pem"), pair.certificate);
  copyFileSync(join(pki.folder, "root.pem"), join(data, "public", "authority.crt"));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
