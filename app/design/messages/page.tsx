import { SampleMessages } from "./sample-messages.tsx";

export default async function Page({
  searchParams,
}: {
  searchParams: Promise<{ state?: string; many?: string }>;
}) {
  const { state, many } = await searchParams;
  return <SampleMessages phase={state ?? "ready"} many={many === "1"} />;
}
