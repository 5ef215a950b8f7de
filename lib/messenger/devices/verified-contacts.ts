import type { Conversation } from "../engine/conversation.ts";
import { contactRow } from "../engine/rows.ts";
import { memberDigits } from "../engine/views.ts";
import { MessengerError } from "../messenger-error.ts";
import type { DeviceStore } from "../store/device-store.ts";

/** Contacts whose safety number was compared, with the digits of that time: other devices make other digits. */
export class VerifiedContacts {
  readonly #digits = new Map<string, string>();

  async load(store: DeviceStore | undefined): Promise<void> {
    const rows = (await store?.range("contacts", { prefix: "" })) ?? [];
    for (const { key, value } of rows) this.#digits.set(key, contactRow.decode(value).digits);
  }

  /** The digits that were compared; undefined: none were. */
  digits(user: string): string | undefined {
    return this.#digits.get(user);
  }

  isVerified(conversation: Conversation, user: string): boolean {
    const digits = this.#digits.get(user);
    return digits !== undefined && digits === memberDigits(conversation, user);
  }

  /** Sets or takes the mark; `conversation` is the one with this contact alone. @throws MessengerError contact.no-device */
  async set(
    store: DeviceStore,
    conversation: Conversation | undefined,
    user: string,
    verified: boolean,
  ): Promise<void> {
    const digits = conversation && memberDigits(conversation, user);
    if (verified && digits === undefined) {
      throw new MessengerError("contact.no-device", "this contact has no device to compare yet");
    }
    const value = verified && digits !== undefined ? contactRow.encode({ digits }) : null;
    await store.commit([{ table: "contacts", key: user, value }]);
    if (verified && digits !== undefined) this.#digits.set(user, digits);
    else this.#digits.delete(user);
  }

  /** Sending to a verified contact whose devices changed asks first. @throws MessengerError contact.devices-changed */
  checkDevices(conversation: Conversation): void {
    for (const user of conversation.roster?.members.keys() ?? []) {
      if (!this.#digits.has(user) || this.isVerified(conversation, user)) continue;
      throw new MessengerError("contact.devices-changed", "the devices of a verified contact have changed", {
        nextStep: "Compare the safety number again, or remove the mark.",
      });
    }
  }
}
