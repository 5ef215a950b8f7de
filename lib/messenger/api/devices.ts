/** One of this user's own devices. Times are milliseconds UTC. */
export interface OwnDeviceView {
  readonly device: string;
  /** "Firefox on Linux", as the device called itself; "" when it did not. */
  readonly name: string;
  /** The device that this engine is. */
  readonly current: boolean;
  readonly assurance: "open" | "approved";
  readonly addedAt: number | null;
  readonly lastSeen: number | null;
  readonly revoked: boolean;
}

/** A device of this user that asked its site and waits for approval. */
export interface PendingDeviceView {
  readonly device: string;
  readonly name: string;
  readonly askedAt: number;
  /** 30 digits in groups of five: the waiting device shows the same. */
  readonly digits: string;
  /** False where the site's officer approves: another own device may not. */
  readonly mayApprove: boolean;
}

/** A contact's device as this device knows it. */
export interface ContactDeviceView {
  readonly device: string;
  readonly assurance: "open" | "approved";
  /** First seen here, or certified. Milliseconds UTC. */
  readonly since: number;
  /** Came after the contact was verified. */
  readonly changed: boolean;
  readonly revoked: boolean;
}

/** What a waiting device shows, for its user and the officer to compare. */
export interface EnrolmentView {
  readonly device: string;
  /** 30 digits in groups of five. */
  readonly digits: string;
  /** Text of the QR code over the same keys. No secret. */
  readonly qr: string;
  /** True where the site hands the access secret over by hand: this device asks for its access card. */
  readonly needsCard: boolean;
  /** The site approved it, and only the card is missing. */
  readonly approved: boolean;
}

/** Own devices, contacts' devices, and what they are compared by. */
export interface DeviceApi {
  /** This user's devices at its site. @throws "gateway.offline" */
  devices(): Promise<readonly OwnDeviceView[]>;
  /** Revokes another own device at once, everywhere. @throws "gateway.offline", "device.current" */
  signOutDevice(device: string): Promise<void>;
  /** Own further devices that wait. @throws "gateway.offline" */
  pendingDevices(): Promise<readonly PendingDeviceView[]>;
  /** Approves exactly the keys whose digits were compared. @throws "gateway.offline", "approval.other-keys", "device.officer-only" */
  approveDevice(device: string, digits: string): Promise<void>;
  /** 30 digits over an own device's keys and the site's, as its screen showed them. @throws "device.unknown" */
  deviceDigits(device: string): Promise<string>;
  /** Something while this device waits for approval, else null. */
  enrolment(): Promise<EnrolmentView | null>;
  /** The text of the access card, from its QR code or file. @throws "access-card.*", "carried.*", "enrol.not-waiting" */
  takeAccessCard(text: string): Promise<void>;
  /** True when the scanned code shows the same keys: the contact is marked as verified. @throws "carried.*", "safety.other-people" */
  compareSafetyCode(conversation: string, scanned: string): Promise<boolean>;
  contactDevices(user: string): Promise<readonly ContactDeviceView[]>;
}
