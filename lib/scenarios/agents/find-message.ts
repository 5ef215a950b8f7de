import type { MessageView, MessengerApi } from "../../messenger/messenger-api.ts";
import { VernamError } from "../../shared/errors.ts";

/** A message of this device, or undefined when it is not there (any more). */
export async function findMessage(
  engine: Pick<MessengerApi, "around">,
  conversation: string,
  id: string,
): Promise<MessageView | undefined> {
  try {
    const [found] = await engine.around(conversation, id, 1);
    return found?.id === id ? found : undefined;
  } catch (error) {
    if (error instanceof VernamError && error.code === "message.unknown") return undefined;
    throw error;
  }
}

const pageSize = 200;

/** The newest messages of a conversation, at most `most`, oldest first. */
export async function newestMessages(
  engine: Pick<MessengerApi, "messages">,
  conversation: string,
  most: number,
): Promise<readonly MessageView[]> {
  const pages: MessageView[] = [];
  while (pages.length < most) {
    const before = pages[0]?.id;
    const page = await engine.messages(conversation, {
      limit: pageSize,
      ...(before === undefined ? {} : { before }),
    });
    pages.unshift(...page);
    if (page.length < pageSize) break;
  }
  return pages.slice(-most);
}
