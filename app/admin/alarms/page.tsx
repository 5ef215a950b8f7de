import { requireReader } from "../require-reader.ts";
import { AlarmsPage } from "./alarms-page.tsx";

export default async function Page() {
  await requireReader("/admin/alarms");
  return <AlarmsPage />;
}
