import Link from "next/link";
import { buttonClass } from "@/lib/ui/button.tsx";
import { serverTranslator } from "@/lib/ui/i18n/server-locale.ts";
import { Empty } from "@/lib/ui/notice.tsx";

export default async function NotFound() {
  const t = await serverTranslator();
  return (
    <Empty
      icon="search"
      title={t("errors.notFound")}
      actions={
        <Link href="/" className={buttonClass("primary")}>
          {t("errors.home")}
        </Link>
      }
    >
      {t("errors.notFoundText")}
    </Empty>
  );
}
