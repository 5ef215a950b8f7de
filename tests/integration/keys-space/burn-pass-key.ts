/** Uses stored pass key for ever and tells each piece at both ends, until it is killed. */
import { randomBytes } from "node:crypto";
import { noCounts } from "../../../lib/keys/links/link-counts.ts";
import { SpacePool } from "../../../lib/keys/space/space-pool.ts";
import { SpaceStore } from "../../../lib/keys/space/space-store.ts";

const folder = process.argv[2] ?? "";
const wrapping = new Uint8Array(32).fill(5);
/** A ledger that counts more than was ever stored: what the disks hold is what counts here. */
const counts = { ...noCounts, generated: 1e12 };
const pool = new SpacePool({
  linkId: "station~sat",
  a: "station",
  b: "sat",
  capacityBytes: 200_000,
  reserveBytes: 512,
  initial: { a: counts, b: { ...counts } },
  storeA: SpaceStore.open(`${folder}/station.store`, "station", wrapping),
  storeB: SpaceStore.open(`${folder}/sat.store`, "sat", wrapping),
  onReserved: () => undefined,
  onStateChange: () => undefined,
  onFault: (error) => {
    throw error;
  },
});
for (let turn = 0; ; turn++) {
  const bytes = 32 * (1 + (turn % 20));
  const reservation = pool.reserve(bytes, "relayed");
  if (reservation === undefined) {
    const key = new Uint8Array(randomBytes(32_768));
    pool.append(key.slice(), key, 14);
    continue;
  }
  const [a, b] = ["station", "sat"].map((site) =>
    pool
      .end(site)
      .take(reservation)
      .consume((key) => Buffer.from(key).toString("hex")),
  );
  process.stdout.write(`${a} ${b} ${bytes}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
