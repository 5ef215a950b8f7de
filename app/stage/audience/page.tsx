import type { Metadata } from "next";
import { serverTranslator } from "@/lib/ui/i18n/server-locale.ts";
import { requireUser } from "../../(auth)/session.ts";
import { AudienceScreen } from "./audience-screen.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await serverTranslator();
  return { title: t("stage.audience.title") };
}

/** Shows what the stage in another window of this browser shows; asks the server for nothing more. */
export default async function AudiencePage() {
  await requireUser("/stage/audience");
  return <AudienceScreen />;
}
