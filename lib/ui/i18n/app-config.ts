import type { Messages } from "./messages.ts";

/** Tells next-intl which keys exist, so that a missing one does not compile. */
declare module "next-intl" {
  interface AppConfig {
    Messages: Messages;
  }
}
