import { createServer } from "node:net";
import type { LauncherOptions } from "./options.ts";

function probe(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

/**
 * Looks whether both ports can be had before any process starts and any database is made, which takes seconds.
 * @throws Error with one readable line that names the port.
 */
export async function requireFreePorts(
  options: Pick<LauncherOptions, "port" | "gatewayPort" | "lanAddresses">,
): Promise<void> {
  const host = options.lanAddresses.length > 0 ? "0.0.0.0" : "127.0.0.1";
  for (const port of [options.port, options.gatewayPort]) {
    try {
      await probe(port, host);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE")
        throw new Error(`port ${port} is in use by another program; choose another PORT (start.port-in-use)`);
      throw new Error(`port ${port} cannot be opened: ${message}`);
    }
  }
}
