const quietStart = Date.now();

/** One line of progress on standard error: standard output belongs to results. */
export function say(text) {
  const seconds = ((Date.now() - quietStart) / 1000).toFixed(0).padStart(3);
  process.stderr.write(`[${seconds} s] ${text}\n`);
}

/** Ends the command with one clear line. */
export function fail(text) {
  process.stderr.write(`\n${text}\n`);
  process.exit(1);
}
