import { HealthPage } from "./health-page.tsx";
import { requireReader } from "./require-reader.ts";

export default async function Page() {
  await requireReader("/admin");
  return <HealthPage />;
}
