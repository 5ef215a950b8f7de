import type { Metadata } from "next";
import { serverTranslator } from "@/lib/ui/i18n/server-locale.ts";
import { requireUser } from "../(auth)/session.ts";
import { LiveVault } from "./live-vault.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await serverTranslator();
  return { title: t("nav.vault") };
}

export default async function VaultPage() {
  const user = await requireUser("/vault");
  return <LiveVault user={user} />;
}
