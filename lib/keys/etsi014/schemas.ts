import { z } from "zod";
import { keyLimits } from "../kme/key-limits.ts";
import { standardTexts } from "./messages.ts";

/** The standard's integers are 32 bits wide. */
const int32 = z.int().min(-2_147_483_648).max(2_147_483_647);
const extension = z.record(z.string(), z.unknown());
const extensions = z.array(extension).max(64);

const number = z
  .int("number shall be an integer")
  .min(1, "number shall be at least 1")
  .max(keyLimits.maxKeyPerRequest, `number shall be at most ${keyLimits.maxKeyPerRequest}`)
  .meta({ description: "Number of keys, default 1." });

const size = z
  .int("size shall be an integer")
  .multipleOf(8, standardTexts.sizeMultiple)
  .min(keyLimits.minKeySize, `size shall be at least ${keyLimits.minKeySize}`)
  .max(keyLimits.maxKeySize, `size shall be at most ${keyLimits.maxKeySize}`)
  .meta({ description: "Size of each key in bits, default key_size of the status." });

/** Key request (§6.2). Unknown members are ignored; null counts as absent. */
export const keyRequestSchema = z.object({
  number: number.nullish(),
  size: size.nullish(),
  additional_slave_SAE_IDs: z.array(z.string()).max(1024).nullish(),
  extension_mandatory: extensions.nullish(),
  extension_optional: extensions.nullish(),
});
export type KeyRequestBody = z.infer<typeof keyRequestSchema>;

/** The same where the KME is told to be strict: no member the standard does not know, no null, no empty array. */
export const strictKeyRequestSchema = z.strictObject({
  number: number.optional(),
  size: size.optional(),
  additional_slave_SAE_IDs: z.array(z.string()).min(1).max(1024).optional(),
  extension_mandatory: extensions.min(1).optional(),
  extension_optional: extensions.min(1).optional(),
});

/** Key IDs (§6.4). */
export const keyIdsSchema = z.object({
  key_IDs: z
    .array(z.object({ key_ID: z.string(), key_ID_extension: z.unknown().optional() }))
    .meta({ description: "The keys wanted, each a UUID." }),
  key_IDs_extension: z.unknown().optional(),
});

export const statusSchema = z.object({
  source_KME_ID: z.string(),
  target_KME_ID: z.string(),
  master_SAE_ID: z.string(),
  slave_SAE_ID: z.string(),
  key_size: int32,
  stored_key_count: int32,
  max_key_count: int32,
  max_key_per_request: int32,
  max_key_size: int32,
  min_key_size: int32,
  max_SAE_ID_count: int32,
});
export type StatusBody = z.infer<typeof statusSchema>;

/** Our extension of the container: the way the keys took and what they cost. */
export const routeExtensionSchema = z.object({
  routes: z.array(z.array(z.string())).meta({ description: "Site ids from master to slave, one per share." }),
  networkBits: z.int().nonnegative().meta({ description: "Link key burned on all links, tags included." }),
  epsilonExponent: z.int().nonnegative().meta({ description: "ε ≤ 10^-epsilonExponent for each key." }),
});

export const keyContainerSchema = z.object({
  keys: z.array(z.object({ key_ID: z.string(), key: z.string() })),
  key_container_extension: z
    .object({
      vernam_route: routeExtensionSchema.extend({ hops: z.int().nonnegative() }).optional(),
      vernam_max_age: z.int().positive().optional().meta({ description: "Seconds the keys will wait." }),
      vernam_notice: z.string().optional(),
    })
    .optional(),
});
export type KeyContainerBody = z.infer<typeof keyContainerSchema>;

export const errorSchema = z.object({ message: z.string() });
