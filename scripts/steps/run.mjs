import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The path of a command that npm packages install. */
export function binary(name) {
  return join(root, "node_modules", ".bin", name);
}

/**
 * Runs a command to its end in the project's folder. Its standard output goes to our standard error unless
 * `capture` is set. Resolves {code, output}.
 */
export function run(command, args, { env = {}, capture = false, quiet = false, timeoutMs, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: "SIGKILL" }),
    });
    let output = "";
    const take = (chunk) => {
      if (capture || quiet) output += chunk;
      if (!quiet) process.stderr.write(chunk);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), output }));
  });
}

/** Like run, but a failure ends this command with the output that explains it. */
export async function must(title, command, args, options = {}) {
  const { code, output } = await run(command, args, { quiet: true, ...options });
  if (code === 0) return output;
  process.stderr.write(`${output}\n${title} failed with status ${code}.\n`);
  process.exit(1);
}
