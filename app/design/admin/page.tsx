import { SampleAdmin } from "./sample-admin.tsx";

export default async function Page({ searchParams }: { searchParams: Promise<{ page?: string }> }) {
  return <SampleAdmin page={(await searchParams).page ?? "health"} />;
}
