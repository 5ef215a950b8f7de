import type { Metadata } from "next";
import { headers } from "next/headers";
import { runtimeConfigFor } from "@/lib/relay/http/runtime-config-for.ts";
import { serverTranslator } from "@/lib/ui/i18n/server-locale.ts";
import { requireUser } from "../(auth)/session.ts";
import { LiveMessages } from "./live-messages.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await serverTranslator();
  return { title: t("nav.messages") };
}

export default async function MessagesPage() {
  const user = await requireUser("/messages");
  const host = (await headers()).get("host") ?? undefined;
  return <LiveMessages user={user} config={runtimeConfigFor(host)} />;
}
