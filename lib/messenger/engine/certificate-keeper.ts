import { type ParsedCertificate, parseDeviceCertificate } from "../../protocol/device-certificate.ts";
import { generateSealingKey } from "../../protocol/hpke.ts";
import { proveRenewal } from "../../protocol/renewal.ts";
import { copyBytes } from "../../shared/bytes.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import type { GatewayPort } from "../gateway/gateway-port.ts";
import type { DeviceStore } from "../store/device-store.ts";
import type { DeviceIdentity } from "./device-identity.ts";

const checkEvery = 10 * 60 * 1000;

/**
 * The device's certificate and sealing keys: renewed over the channel when half of its life is over. The sealing
 * key before stays until the gateway says that nothing waits, since older copies are sealed to it.
 */
export class CertificateKeeper {
  readonly #store: DeviceStore;
  readonly #identity: DeviceIdentity;
  readonly #now: () => number;
  #certificate: ParsedCertificate;
  #current: SecretBytes | undefined;
  /** Proposed in a renewal whose answer did not come: the gateway may seal to it already. */
  #next: SecretBytes | undefined;
  #before: SecretBytes | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #renewing = false;

  constructor(
    store: DeviceStore,
    identity: DeviceIdentity,
    certificate: ParsedCertificate,
    now: () => number,
  ) {
    this.#store = store;
    this.#identity = identity;
    this.#certificate = certificate;
    this.#now = now;
  }

  get certificate(): ParsedCertificate {
    return this.#certificate;
  }

  /** Current first, then those that waiting copies may be sealed to. */
  get seeds(): readonly SecretBytes[] {
    return [this.#current, this.#next, this.#before].filter((seed) => seed !== undefined);
  }

  async load(): Promise<void> {
    this.#current = await this.#read("sealing");
    this.#next = await this.#read("sealing-next");
    this.#before = await this.#read("sealing-before");
  }

  /** Looks now and then regularly whether it is time; `renewed` gets each new certificate. */
  keep(gateway: GatewayPort, renewed: (certificate: ParsedCertificate) => void): void {
    const check = () => {
      const { notBefore, notAfter } = this.#certificate.value;
      if (this.#now() < (notBefore + notAfter) / 2 || !gateway.connected) return;
      void this.renew(gateway).then(renewed, () => undefined);
    };
    check();
    if (this.#timer === undefined) this.#timer = setInterval(check, checkEvery);
  }

  async renew(gateway: GatewayPort): Promise<ParsedCertificate> {
    if (this.#renewing) return this.#certificate;
    this.#renewing = true;
    try {
      const sealing = await generateSealingKey(this.#next && SecretBytes.copyOf(this.#next.reveal()));
      if (!this.#next) {
        await this.#store.commit([
          { table: "device", key: "sealing-next", value: copyBytes(sealing.seed.reveal()) },
        ]);
        this.#next = sealing.seed;
      }
      const proof = await proveRenewal(this.#identity.deviceBytes, sealing.publicKey, this.#identity.signer);
      const certificate = parseDeviceCertificate(await gateway.renew(sealing.publicKey, proof));
      this.#certificate = certificate;
      [this.#before, this.#current, this.#next] = [this.#current, this.#next, undefined];
      await this.#store.commit([
        { table: "device", key: "certificate", value: certificate.bytes },
        { table: "device", key: "sealing", value: copyBytes(sealing.seed.reveal()) },
        { table: "device", key: "sealing-next", value: null },
        ...(this.#before
          ? [{ table: "device" as const, key: "sealing-before", value: copyBytes(this.#before.reveal()) }]
          : []),
      ]);
      return certificate;
    } finally {
      this.#renewing = false;
    }
  }

  /** The gateway holds nothing for this device: older sealing keys have no use any more. */
  async nothingWaits(): Promise<void> {
    if (!this.#before || this.#renewing) return;
    this.#before.destroy();
    this.#before = undefined;
    await this.#store.commit([{ table: "device", key: "sealing-before", value: null }]);
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const seed of this.seeds) seed.destroy();
  }

  async #read(key: string): Promise<SecretBytes | undefined> {
    const seed = await this.#store.get("device", key);
    return seed && SecretBytes.copyOf(seed);
  }
}
