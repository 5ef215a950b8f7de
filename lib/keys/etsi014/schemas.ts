import { z } from "zod";

/** The standard's integers are 32 bits wide. */
const int32 = z.int().min(-2_147_483_648).max(2_147_483_647);
const extensions = z.array(z.record(z.string(), z.unknown())).max(64);

/** Key request (§6.2). Unknown members are ignored; null counts as absent. */
export const keyRequestSchema = z.object({
  number: int32.nullish().meta({ description: "Number of keys, default 1." }),
  size: int32.nullish().meta({ description: "Size of each key in bits, default key_size of the status." }),
  additional_slave_SAE_IDs: z.array(z.string()).max(1024).nullish(),
  extension_mandatory: extensions.nullish(),
  extension_optional: extensions.nullish(),
});
export type KeyRequestBody = z.infer<typeof keyRequestSchema>;

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
  routes: z.array(z.array(z.string())),
  networkBits: z.int().nonnegative(),
  epsilonExponent: z.int().nonnegative(),
});

export const keyContainerSchema = z.object({
  keys: z.array(z.object({ key_ID: z.string(), key: z.string() })),
  key_container_extension: z
    .object({ vernam_route: routeExtensionSchema.optional(), vernam_notice: z.string().optional() })
    .optional(),
});
export type KeyContainerBody = z.infer<typeof keyContainerSchema>;

export const errorSchema = z.object({ message: z.string() });
