import { requireReader } from "../require-reader.ts";
import { LedgerPage } from "./ledger-page.tsx";

export default async function Page() {
  await requireReader("/admin/ledger");
  return <LedgerPage />;
}
