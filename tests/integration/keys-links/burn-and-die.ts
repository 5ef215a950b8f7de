/** Draws authentication key from file reserves for ever and tells the digest of each piece, until it is killed. */
import { createHash } from "node:crypto";
import { openFileReserve } from "../../../lib/keys/links/file-reserve.ts";
import { LinkAuthentication } from "../../../lib/keys/links/link-authentication.ts";
import { SecretBytes } from "../../../lib/shared/secret-bytes.ts";

const folder = process.argv[2] ?? "";
const wrapping = new Uint8Array(32).fill(5);
const a = await openFileReserve(`${folder}/aa.reserve`, "aa", wrapping);
const b = await openFileReserve(`${folder}/bb.reserve`, "bb", wrapping);
const twins = () => {
  const key = SecretBytes.random(16_384);
  return { a: key, b: SecretBytes.copyOf(key.reveal()) };
};
const authentication = await LinkAuthentication.open("aa~bb", a, b, twins);
for (;;) {
  const draw = await authentication.draw(128);
  if (draw === undefined) {
    const more = twins();
    await authentication.topUp(more.a, more.b);
    continue;
  }
  const digests = [draw.a, draw.b].map((key) =>
    key.consume((bytes) => createHash("sha256").update(bytes).digest("hex")),
  );
  process.stdout.write(`${digests.join(" ")}\n`);
}
