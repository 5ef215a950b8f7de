import { rehearse } from "./rehearse.ts";

/** rehearse-cli ORIGIN [SCENE …]; see scripts/rehearse.mjs. */
const [origin, ...only] = process.argv.slice(2);
try {
  if (origin === undefined) throw new Error("name the origin of a deployment");
  process.exitCode = (await rehearse(origin, only)) ? 0 : 1;
} catch (error) {
  process.stderr.write(
    `The rehearsal broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
// Sockets of a deployment that went away must not hold the program.
process.exit();
