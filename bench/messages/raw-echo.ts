import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";

/** The barest Socket.IO server: acknowledges every frame. The ceiling that the relay is compared with. */
const http = createServer();
const server = new Server(http, { transports: ["websocket"] });
server.on("connection", (socket) => {
  socket.on("frame", (_bytes: Uint8Array, acknowledge: (answer: { ok: true }) => void) =>
    acknowledge({ ok: true }),
  );
});
http.listen(0, "127.0.0.1", () => process.send?.({ port: (http.address() as AddressInfo).port }));
process.on("disconnect", () => process.exit(0));
