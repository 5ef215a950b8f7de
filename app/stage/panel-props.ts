import type { LinkStatus } from "@/lib/keys/api-types.ts";
import type { SendCommand } from "@/lib/ui/operations/use-device-command.ts";
import type { NewConsequence } from "@/lib/ui/stage/consequences.ts";

/** Gives a command and notes what it does; the panels below only choose it. */
export type Act = (
  kind: Parameters<SendCommand>[0],
  args: Parameters<SendCommand>[1],
  /** Or how it is read once the command was accepted. */
  what: NewConsequence | (() => Promise<NewConsequence>),
) => Promise<void>;

/** What each panel of controls needs to know of the chosen link. */
export interface PanelProps {
  readonly link: string;
  readonly status: LinkStatus | undefined;
  readonly act: Act;
  readonly busy: boolean;
  readonly disabled: boolean;
}
