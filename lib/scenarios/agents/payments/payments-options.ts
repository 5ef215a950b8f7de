import { z } from "zod";

/** What "run-batch" takes. */
export const batchOptionsSchema = z.strictObject({
  transfers: z.int().min(1).max(200).default(20),
  suite: z.enum(["OTP", "AES", "HYBRID", "OTP_HYBRID"]).default("AES"),
});

/** What "start" takes: such a batch again and again. */
export const paymentsOptionsSchema = batchOptionsSchema.extend({
  /** Between the end of a batch and the next, ms. */
  pauseMs: z.int().min(1_000).max(600_000).default(10_000),
});

export type BatchOptions = z.infer<typeof batchOptionsSchema>;
export type PaymentsOptions = z.infer<typeof paymentsOptionsSchema>;

export const currency = "EUR";
