import { requireReader } from "../require-reader.ts";
import { KmesPage } from "./kmes-page.tsx";

export default async function Page() {
  await requireReader("/admin/kmes");
  return <KmesPage />;
}
