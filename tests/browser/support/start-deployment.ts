import { Deployment } from "../../support/deployment.ts";
import { Operations, smallPools } from "../../support/operations.ts";

/** One warmed deployment on the small network for all browser tests that do not break it. */
export default async function startDeployment(): Promise<() => Promise<void>> {
  const deployment = await Deployment.start({ network: "iberia-small", env: smallPools });
  await deployment.healthy();
  await (await Operations.signIn(deployment)).linksAtRest();
  process.env.VERNAM_PORT = String(deployment.port);
  process.env.VERNAM_DATA = deployment.dataFolder;
  return () => deployment.stop();
}
