import type { Metadata } from "next";
import { serverTranslator } from "@/lib/ui/i18n/server-locale.ts";
import { ComponentSheet } from "./component-sheet.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await serverTranslator();
  return { title: t("design.title") };
}

export default function DesignPage() {
  return <ComponentSheet />;
}
