import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { WebSocket } from "ws";
import { copyBytes } from "../../shared/bytes.ts";
import { SecretBytes } from "../../shared/secret-bytes.ts";
import type { EngineOptions } from "../engine-options.ts";
import type { WebSocketLike } from "../gateway/web-socket.ts";
import type { IdentitySource } from "../identity-source.ts";
import { MessengerEngine } from "../messenger-engine.ts";
import { MessengerError } from "../messenger-error.ts";
import type { DeviceStore } from "../store/device-store.ts";
import { VolatileStore } from "../store/volatile-store.ts";
import { FileStore } from "./file-store.ts";

export interface NodeMessengerOptions {
  /** The device's folder; its log file is `device.log`. */
  readonly folder: string;
  /** 32 bytes that open the log. Without it the key is kept beside the log: as safe as this computer's disk. */
  readonly key?: SecretBytes;
  /** "volatile": nothing is kept, nothing survives the process. For benchmarks that leave the disk out. */
  readonly storage?: "file" | "volatile";
  readonly relayOrigin: string;
  readonly identity: IdentitySource;
  readonly now?: () => number;
  readonly onOpened?: EngineOptions["onOpened"];
  readonly onRefused?: EngineOptions["onRefused"];
}

/** A messenger for programs: agents, tests, benchmarks. Call `start` on it. */
export function createNodeMessenger(options: NodeMessengerOptions): MessengerEngine {
  const { storage, relayOrigin, identity, now, onOpened, onRefused } = options;
  return new MessengerEngine({
    openStore: () => (storage === "volatile" ? Promise.resolve(new VolatileStore()) : openFileStore(options)),
    identity,
    openWebSocket: (url) => new WebSocket(url, { perMessageDeflate: false }) as unknown as WebSocketLike,
    relayOrigin,
    ...(now === undefined ? {} : { now }),
    ...(onOpened === undefined ? {} : { onOpened }),
    ...(onRefused === undefined ? {} : { onRefused }),
  });
}

async function openFileStore({ folder, key }: NodeMessengerOptions): Promise<DeviceStore> {
  return await FileStore.open({ folder, key: key ?? (await keyBesideLog(folder)) });
}

/** The key in `device.key` (readable by its owner only), made when there is neither key nor log. */
async function keyBesideLog(folder: string): Promise<SecretBytes> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "device.key");
  const old = await readFile(path).catch(() => undefined);
  if (old?.length === 32) return SecretBytes.own(copyBytes(old));
  if (old !== undefined && old.length > 0) {
    throw new MessengerError("store.wrong-key", "the file device.key does not hold a key", {
      nextStep: "Restore it from a copy. The store was not changed.",
    });
  }
  if (old !== undefined) await rm(path);
  const key = SecretBytes.random(32);
  const file = await open(path, "wx", 0o600);
  try {
    await file.write(key.reveal());
    await file.sync();
  } finally {
    await file.close();
  }
  return key;
}
