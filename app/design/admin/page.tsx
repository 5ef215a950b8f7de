import { SampleAdmin } from "./sample-admin.tsx";

export default async function Page(props: { searchParams: Promise<{ page?: string; network?: string }> }) {
  const { page = "health", network } = await props.searchParams;
  return <SampleAdmin page={page} all27={network === "eu27"} />;
}
