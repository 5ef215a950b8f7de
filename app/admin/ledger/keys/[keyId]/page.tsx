import { requireReader } from "../../../require-reader.ts";
import { KeyLifePage } from "./key-life-page.tsx";

export default async function Page({ params }: { params: Promise<{ keyId: string }> }) {
  const { keyId } = await params;
  await requireReader(`/admin/ledger/keys/${encodeURIComponent(keyId)}`);
  return <KeyLifePage keyId={keyId} />;
}
