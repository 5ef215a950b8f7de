import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EtsiKeyProvider } from "../lib/keys/etsi014/etsi-key-provider.ts";

/**
 * Two applications get the same key from two key managers, as ETSI GS QKD 014 says.
 * Usage: draw-key PKI_FOLDER MASTER_URL MASTER_SAE SLAVE_URL SLAVE_SAE
 */
const [folder = "", masterUrl = "", masterSae = "", slaveUrl = "", slaveSae = ""] = process.argv.slice(2);

function connect(url: string, sae: string): EtsiKeyProvider {
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  return new EtsiKeyProvider({
    address: {
      url,
      root: read("root.pem"),
      certificate: read(`sae/${sae}.pem`),
      privateKey: read(`sae/${sae}.key`),
    },
    // Wait a little when there is not enough key, or when the key has not reached the other side yet.
    encKeysRetryMs: [500, 1000, 2000],
    decKeysGraceMs: [100, 200, 400],
  });
}

const master = connect(masterUrl, masterSae);
const slave = connect(slaveUrl, slaveSae);
const drawn = await master.encKeys({ slaveSae, number: 2, size: 256 });
// The application sends these identifiers to the other one, over any channel.
const keyIds = drawn.keys.map(({ keyId }) => keyId);
const fetched = await slave.decKeys(masterSae, keyIds);
const same = fetched.every(({ key }, index) => {
  const other = drawn.keys[index]?.key.reveal() ?? new Uint8Array();
  return Buffer.compare(key.reveal(), other) === 0;
});
process.stdout.write(`${keyIds.join("\n")}\n${same ? "both have the same keys" : "the keys differ"}\n`);
for (const { key } of [...drawn.keys, ...fetched]) key.destroy();
master.close();
slave.close();
process.exitCode = same ? 0 : 1;
