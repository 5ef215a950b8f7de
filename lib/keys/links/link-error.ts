import { VernamError } from "../../shared/errors.ts";

export class LinkError extends VernamError {}

export function unknownLink(linkId: string): LinkError {
  return new LinkError("links.unknown-link", `There is no key link ${linkId}.`, {
    nextStep: "Look its identifier up in the topology.",
  });
}
