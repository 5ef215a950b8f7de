import { test } from "@playwright/test";
import { Deployment } from "../../support/deployment.ts";
import { Operations, smallPools } from "../../support/operations.ts";

/**
 * Gives the tests of a file a deployment of their own, on the small network: for those that break links or change how
 * it runs. It costs some 12 s of processor time; the others share one (shared-deployment.ts). Call it before other hooks.
 */
export function withOwnDeployment(): void {
  const shared = { port: process.env.VERNAM_PORT, data: process.env.VERNAM_DATA };
  let own: Deployment | undefined;

  test.beforeAll(async () => {
    test.setTimeout(180_000);
    own = await Deployment.start({ network: "iberia-small", env: smallPools });
    await own.healthy(120_000);
    await (await Operations.signIn(own)).linksAtRest();
    process.env.VERNAM_PORT = String(own.port);
    process.env.VERNAM_DATA = own.dataFolder;
  });

  test.afterAll(async () => {
    process.env.VERNAM_PORT = shared.port;
    process.env.VERNAM_DATA = shared.data;
    await own?.stop();
  });
}
