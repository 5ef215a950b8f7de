import { createServer } from "node:net";

function tryPort(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/**
 * A port P such that P and P+1 are free on loopback now: the web process and the gateways take the pair. Below those
 * that the system itself hands out (from 32,768 on Linux): one of these may be taken before the deployment listens.
 */
export async function freePortPair(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = 20_000 + 2 * (crypto.getRandomValues(new Uint16Array(1))[0]! % 6_000);
    if ((await tryPort(port)) && (await tryPort(port + 1))) return port;
  }
  throw new Error("no free pair of ports on loopback");
}
