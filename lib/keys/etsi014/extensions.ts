import { z } from "zod";
import { KeyRequestError } from "../key-errors.ts";
import { keyLimits } from "../kme/key-limits.ts";
import type { KeyDemand } from "../kme/key-request.ts";
import { standardTexts } from "./messages.ts";
import type { KeyRequestBody } from "./schemas.ts";

export type Wishes = Pick<KeyDemand, "avoidSites" | "space" | "disjoint" | "priority" | "maxAgeMs">;

/** What a key request demands, and what it only would like. */
export interface ReadExtensions {
  readonly demanded: Wishes;
  readonly liked: Wishes;
  /** An optional parameter is not known here. */
  readonly unhandled: boolean;
}

const routeWish = z.strictObject({
  /** Number of node-disjoint routes, each with a share of the key. */
  disjoint: z.int().min(1).max(keyLimits.maxDisjoint).optional(),
  avoid: z.array(z.string()).max(256).optional(),
  space: z.enum(["allow", "forbid", "require"]).optional(),
});
/** Seconds the keys may wait; longer than this network keeps any key means as long as it does. */
const ageWish = z.int().positive().max(2_147_483_647);

const priorityWish = z.enum(["priority", "ordinary"]);

type Reading = { readonly wishes: Wishes; readonly unknown: boolean; readonly unmet: boolean };

/**
 * Reads the extension parameters of a key request. Mandatory ones are met or the request fails; optional ones that are
 * not met are only reported.
 * @throws KeyRequestError with the standard's texts.
 */
export function readExtensions(body: KeyRequestBody): ReadExtensions {
  const mandatory = readAll(body.extension_mandatory ?? []);
  if (mandatory.unknown) throw new KeyRequestError(standardTexts.mandatoryUnsupported);
  if (mandatory.unmet) throw new KeyRequestError(standardTexts.mandatoryUnmet);
  const optional = readAll(body.extension_optional ?? []);
  return {
    demanded: mandatory.wishes,
    liked: optional.wishes,
    unhandled: optional.unknown || optional.unmet,
  };
}

function readAll(extensions: readonly Readonly<Record<string, unknown>>[]): Reading {
  let wishes: Wishes = {};
  let unknown = false;
  let unmet = false;
  for (const [name, value] of extensions.flatMap((extension) => Object.entries(extension))) {
    const read = readOne(name, value);
    if (read === "unknown") unknown = true;
    else if (read === "unmet") unmet = true;
    else wishes = { ...wishes, ...read };
  }
  return { wishes, unknown, unmet };
}

function readOne(name: string, value: unknown): Wishes | "unknown" | "unmet" {
  if (name === "vernam_route") {
    const wish = routeWish.safeParse(value);
    if (!wish.success) return "unmet";
    const { avoid, space, disjoint } = wish.data;
    return {
      ...(avoid === undefined ? {} : { avoidSites: avoid }),
      ...(space === undefined ? {} : { space }),
      ...(disjoint === undefined ? {} : { disjoint }),
    };
  }
  if (name === "vernam_priority") {
    const wish = priorityWish.safeParse(value);
    return wish.success ? { priority: wish.data } : "unmet";
  }
  if (name === "vernam_max_age") {
    const wish = ageWish.safeParse(value);
    return wish.success ? { maxAgeMs: wish.data * 1000 } : "unmet";
  }
  return "unknown";
}
