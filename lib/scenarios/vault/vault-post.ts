import type { FileContentView } from "../../messenger/api/content.ts";
import type { Level, MessageView, MessengerApi, SuiteName } from "../../messenger/messenger-api.ts";
import { vaultMediaType } from "../../protocol/vault-media-type.ts";
import { decodeVaultMessage, encodeVaultMessage, type VaultMessage } from "../../protocol/vault-message.ts";
import { VernamError } from "../../shared/errors.ts";

/** A custodian's post is called "Vault custodian, <site>"; the name is in its device certificates. */
export const custodianTitle = "Vault custodian";

/** Each vault message is a file of this name, so that its price does not depend on what it is. */
const fileName = "vault";

/** Everything of a vault goes under a one-time pad; above Unclassified a post-quantum secret is added to it. */
function vaultSuite(level: Level): SuiteName {
  return level === 0 ? "OTP" : "OTP_HYBRID";
}

/** Puts a vault message in the outbox. The same id is the same message, however often the call is repeated. */
export async function sendVaultMessage(
  api: Pick<MessengerApi, "sendFile">,
  conversation: string,
  message: VaultMessage,
  level: Level,
  id: string,
): Promise<string> {
  const file = { name: fileName, mediaType: vaultMediaType, bytes: encodeVaultMessage(message) };
  return await api.sendFile(conversation, file, vaultSuite(level), level, id);
}

/** Bits of end-to-end key that this message draws when it is sent now in this conversation. */
export async function priceVaultMessage(
  api: Pick<MessengerApi, "filePrice">,
  conversation: string,
  message: VaultMessage,
  level: Level,
): Promise<number> {
  const size = encodeVaultMessage(message).length;
  const about = { name: fileName, mediaType: vaultMediaType, level };
  return (await api.filePrice(conversation, size, vaultSuite(level), about)).bits;
}

/** True for a message that can be opened and says that it holds a vault message. */
export function isVaultMessage({ content }: MessageView): boolean {
  return content.kind === "file" && (content as FileContentView).mediaType === vaultMediaType;
}

/** What a file of the vault's media type says; undefined when it is not well-formed. */
export async function readVaultMessage(
  api: Pick<MessengerApi, "openFile">,
  view: MessageView,
): Promise<VaultMessage | undefined> {
  if (!isVaultMessage(view)) return undefined;
  try {
    return decodeVaultMessage((await api.openFile(view.id)).bytes);
  } catch (error) {
    if (error instanceof VernamError) return undefined;
    throw error;
  }
}

/** All messages of a conversation on this device, oldest first. */
export async function allMessages(
  api: Pick<MessengerApi, "messages">,
  conversation: string,
): Promise<readonly MessageView[]> {
  const pages: (readonly MessageView[])[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await api.messages(conversation, {
      limit: pageSize,
      ...(before === undefined ? {} : { before }),
    });
    pages.unshift(page);
    before = page[0]?.id;
    if (page.length < pageSize || before === undefined) return pages.flat();
  }
}

const pageSize = 200;
