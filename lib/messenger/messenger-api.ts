import type { ContentApi } from "./api/content-calls.ts";
import type { CoreApi } from "./api/core.ts";
import type { DeliveryApi } from "./api/delivery.ts";
import type { DeviceApi } from "./api/devices.ts";
import type { FileApi } from "./api/files.ts";
import type { GroupApi } from "./api/groups.ts";
import type { HistoryApi } from "./api/history.ts";
import type { PresenceApi } from "./api/presence.ts";
import type { SupplyApi } from "./api/supply.ts";
import type { VaultApi } from "./api/vault.ts";

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
export type { ReachView, RecipientView } from "./api/delivery.ts";
export type { ContactDeviceView, EnrolmentView, OwnDeviceView, PendingDeviceView } from "./api/devices.ts";
export type { TimelineView } from "./api/groups.ts";
export type { SupplyView } from "./api/supply.ts";

/**
 * What a screen, an agent, a test or a benchmark uses of the messenger. In the browser the engine runs in a Web
 * Worker and this interface is spoken by messages; in Node the engine class implements it directly.
 * Nothing here carries key bytes. Identifiers are lower-case hex.
 */
export interface MessengerApi
  extends CoreApi,
    GroupApi,
    DeviceApi,
    DeliveryApi,
    SupplyApi,
    PresenceApi,
    FileApi,
    ContentApi,
    HistoryApi,
    VaultApi {}
