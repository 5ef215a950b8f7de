import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { io, type Socket } from "socket.io-client";

const sockets = 50;
const inFlight = 8;
const frame = new Uint8Array(600);

async function keepEmitting(socket: Socket, until: number, counted: { count: number }): Promise<void> {
  while (Date.now() < until) {
    await socket.emitWithAck("frame", frame);
    counted.count++;
  }
}

/** Frames per second that plain Socket.IO acknowledges on this machine: 50 sockets, 600-byte frames. */
export async function measureRawEmit(seconds: number): Promise<number> {
  const server = fork(fileURLToPath(new URL("./messages/raw-echo.js", import.meta.url)));
  const [{ port }] = (await once(server, "message")) as [{ port: number }];
  const clients = Array.from({ length: sockets }, () =>
    io(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true }),
  );
  await Promise.all(clients.map((client) => once(client as never, "connect")));
  const run = async (forMs: number): Promise<number> => {
    const counted = { count: 0 };
    const until = Date.now() + forMs;
    await Promise.all(
      clients.flatMap((client) =>
        Array.from({ length: inFlight }, () => keepEmitting(client, until, counted)),
      ),
    );
    return counted.count / (forMs / 1000);
  };
  await run(1000);
  const rate = await run(seconds * 1000);
  for (const client of clients) client.close();
  server.disconnect();
  return rate;
}
