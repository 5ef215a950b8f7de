import "./fonts.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { messagesOf } from "@/lib/ui/i18n/messages.ts";
import { requestLocale, serverTranslator } from "@/lib/ui/i18n/server-locale.ts";
import { Header } from "@/lib/ui/shell/header.tsx";
import { Providers } from "@/lib/ui/shell/providers.tsx";
import { isTheme, themeCookie } from "@/lib/ui/shell/theme.ts";
import { currentUser } from "./(auth)/session.ts";

/** Every page is drawn for its request: the nonce of the content security policy is new each time. */
export const dynamic = "force-dynamic";

export async function generateMetadata(): Promise<Metadata> {
  const t = await serverTranslator();
  return {
    title: { default: t("app.name"), template: `%s · ${t("app.name")}` },
    description: t("app.description"),
    robots: { index: false, follow: false },
  };
}

export const viewport: Viewport = { width: "device-width", initialScale: 1, colorScheme: "light dark" };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, jar, user] = await Promise.all([requestLocale(), cookies(), currentUser()]);
  const messages = await messagesOf(locale);
  const kept = jar.get(themeCookie)?.value;
  const theme = isTheme(kept) ? kept : "system";
  return (
    <html lang={locale} data-theme={theme === "system" ? undefined : theme} suppressHydrationWarning>
      <body className="flex min-h-dvh flex-col bg-paper text-ink antialiased">
        <Providers locale={locale} messages={messages}>
          <a href="#content" className="skip-link">
            {messages.app.skip}
          </a>
          <Header user={user} theme={theme} />
          <main id="content" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
            {children}
          </main>
        </Providers>
      </body>
    </html>
  );
}
