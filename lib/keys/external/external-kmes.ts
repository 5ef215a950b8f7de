import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { VernamError } from "../../shared/errors.ts";
import type { KmeAddress } from "../etsi014/kme-connection.ts";

/** A site's real key manager: where it is, how the site shows who it is, and how its peers are called there. */
export interface ExternalKme {
  readonly address: KmeAddress;
  /** Site → SAE ID by which this key manager knows that site. Other sites are reached over the built-in one. */
  readonly peers: ReadonlyMap<string, string>;
  /** Sent with every enc_keys, so that keys come by no other route. */
  readonly extensionMandatory: readonly Readonly<Record<string, unknown>>[];
}

const fileSchema = z.strictObject({
  sites: z.record(
    z.string(),
    z.strictObject({
      url: z.url({ protocol: /^https$/ }),
      ca: z.string(),
      certificate: z.string(),
      key: z.string(),
      peers: z.record(z.string(), z.string().min(1)),
      extension_mandatory: z.array(z.record(z.string(), z.unknown())).default([]),
    }),
  ),
});

/**
 * Reads which sites have a real key manager. Paths in the file are relative to it. No file: none has.
 * @throws VernamError "external-kme.file" that names what is wrong.
 */
export function readExternalKmes(path: string): ReadonlyMap<string, ExternalKme> {
  if (!existsSync(path)) return new Map();
  const { sites } = parseFile(path);
  const read = (name: string) => readPem(resolve(dirname(path), name));
  return new Map(
    Object.entries(sites).map(([site, entry]) => [
      site,
      {
        address: {
          url: entry.url,
          root: read(entry.ca),
          certificate: read(entry.certificate),
          privateKey: read(entry.key),
        },
        peers: new Map(Object.entries(entry.peers)),
        extensionMandatory: entry.extension_mandatory,
      },
    ]),
  );
}

function parseFile(path: string): z.infer<typeof fileSchema> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw wrong(path, "it is not JSON", cause);
  }
  const result = fileSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw wrong(path, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, undefined);
}

function readPem(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw wrong(path, "it cannot be read", cause);
  }
}

function wrong(path: string, what: string, cause: unknown): VernamError {
  return new VernamError(
    "external-kme.file",
    `The file ${path} for external key managers is wrong: ${what}.`,
    {
      nextStep: "docs/KEY-MANAGER.md shows what it has to say.",
      cause,
    },
  );
}
