import { requireReader } from "../require-reader.ts";
import { ConsumptionPage } from "./consumption-page.tsx";

export default async function Page() {
  await requireReader("/admin/consumption");
  return <ConsumptionPage />;
}
