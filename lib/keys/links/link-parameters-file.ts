import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Link, Topology } from "../../network/topology.ts";
import { QuantumParameterError } from "../../quantum/errors.ts";
import type { LinkParameters } from "../../quantum/link-parameters.ts";
import { presetFor, withOverrides } from "../../quantum/parameters.ts";
import { LinkError, unknownLink } from "./link-error.ts";

const fileName = "link-parameters.json";
const fileSchema = z.record(z.string(), z.record(z.string(), z.unknown()));

/** The parameters of a link's devices: those of its kind, with what the operator set for it. */
export type ParametersOfLink = (link: Link) => LinkParameters;

/**
 * Reads what the operator set by hand: link-parameters.json in the key network's folder, an object from link to the
 * parameters that differ, such as {"pt-lis~es-mad": {"misalignment": 0.02}}. Read at a start; without it all links
 * have the parameters of their kind.
 * @throws LinkError for a file that cannot be read, an unknown link, or a parameter out of its range, by name.
 */
export function readLinkParameters(folder: string, topology: Topology): ParametersOfLink {
  const path = join(folder, fileName);
  if (!existsSync(path)) return presetFor;
  const set = parse(path);
  for (const id of Object.keys(set)) {
    if (!topology.keyLinks.some((link) => link.id === id)) throw unknownLink(id);
  }
  const all = new Map(topology.keyLinks.map((link) => [link.id, parametersOf(link, set[link.id] ?? {})]));
  return (link) => all.get(link.id) ?? presetFor(link);
}

function parse(path: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    throw new LinkError("links.parameters-file", `${fileName} cannot be read.`, {
      nextStep: "Make it one JSON object from link to an object of parameters, or remove it.",
    });
  }
}

function parametersOf(link: Link, set: object): LinkParameters {
  try {
    return withOverrides(presetFor(link), set);
  } catch (error) {
    if (!(error instanceof QuantumParameterError)) throw error;
    throw new LinkError("links.parameter", `${fileName}, link ${link.id}: ${error.message}.`, {
      nextStep: error.nextStep ?? "Correct the file and start again.",
    });
  }
}
