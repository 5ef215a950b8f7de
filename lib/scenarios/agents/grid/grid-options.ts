import { z } from "zod";

const suite = z.enum(["OTP", "AES", "HYBRID", "OTP_HYBRID"]);

/** What "start" takes. Readings cost little under AES; a breaker order is worth a one-time pad. */
export const gridOptionsSchema = z.strictObject({
  /** Between two readings of one control centre, ms. */
  intervalMs: z.int().min(200).max(60_000).default(1_000),
  /** A breaker order with every so many readings, the first included. */
  orderEvery: z.int().min(1).max(1_000).default(10),
  suite: suite.default("AES"),
  orderSuite: suite.default("OTP"),
});

export type GridOptions = z.infer<typeof gridOptionsSchema>;

/** An order is not carried out later than this after it was given, ms. */
export const orderLifeMs = 30_000;
