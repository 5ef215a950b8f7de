import type { Account } from "../accounts/account.ts";

declare module "next-auth" {
  interface Session {
    user: Account;
    expires: string;
  }
}

declare module "next-auth/jwt" {
  interface JWT {
    /** Session id in the relay's database, hex. */
    sid?: string;
  }
}
