import { requireReader } from "../require-reader.ts";
import { ServicePage } from "./service-page.tsx";

export default async function Page() {
  await requireReader("/admin/service");
  return <ServicePage />;
}
