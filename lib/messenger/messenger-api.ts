import type { CoreApi } from "./api/core.ts";
import type { FileApi } from "./api/files.ts";
import type { GroupApi } from "./api/groups.ts";

export type {
  ContactView,
  ConversationView,
  Delivery,
  EngineState,
  KeyCardView,
  Level,
  LevelChoice,
  MemberView,
  MessageView,
  MessengerEvents,
  MessengerOptions,
  PolicyView,
  PriceView,
  SafetyView,
  SelfView,
  SuiteName,
} from "./api/core.ts";
export type { TimelineView } from "./api/groups.ts";

/**
 * What a screen, an agent, a test or a benchmark uses of the messenger. In the browser the engine runs in a Web
 * Worker and this interface is spoken by messages; in Node the engine class implements it directly.
 * Nothing here carries key bytes. Identifiers are lower-case hex.
 */
export interface MessengerApi extends CoreApi, GroupApi, FileApi {}
