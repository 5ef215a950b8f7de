import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { requireFreePorts } from "../../lib/launcher/free-ports.ts";
import { freePortPair } from "../support/free-port.ts";

describe("the launcher's look at its ports", () => {
  it("lets a free pair pass and leaves it free", async () => {
    const port = await freePortPair();
    const options = { port, gatewayPort: port + 1, lanAddresses: [] };
    await requireFreePorts(options);
    await requireFreePorts(options);
  });

  it.each([0, 1])("names the taken one (port + %i)", async (offset) => {
    const port = await freePortPair();
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(port + offset, "127.0.0.1", resolve));
    try {
      await expect(requireFreePorts({ port, gatewayPort: port + 1, lanAddresses: [] })).rejects.toThrow(
        `port ${port + offset} is in use`,
      );
    } finally {
      await new Promise((closed) => holder.close(closed));
    }
  });
});
