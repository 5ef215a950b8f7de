import { createServer, type Server } from "node:net";

/** Takes a loopback port until the server is closed. @throws when it is taken. */
export function takePort(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** Whether nobody listens on a loopback port now. */
export async function isFree(port: number): Promise<boolean> {
  try {
    const server = await takePort(port);
    await new Promise((closed) => server.close(closed));
    return true;
  } catch {
    return false;
  }
}
