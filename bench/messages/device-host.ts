import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { DeviceWork } from "./device-work.ts";

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The benchmark's side of one process of devices. */
export class DeviceHost {
  readonly #process: ChildProcess = fork(
    fileURLToPath(new URL("./messages/device-process.js", import.meta.url)),
  );
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #next = 1;

  constructor() {
    this.#process.on("message", ({ id, value, error }: Answer) => {
      const question = this.#open.get(id);
      this.#open.delete(id);
      if (error === undefined) question?.resolve(value);
      else question?.reject(new Error(error));
    });
    this.#process.on("exit", (status) => {
      for (const { reject } of this.#open.values())
        reject(new Error(`a process of devices ended: ${status}`));
    });
  }

  ask<Call extends keyof DeviceWork>(
    call: Call,
    ...args: Parameters<DeviceWork[Call]>
  ): ReturnType<DeviceWork[Call]> {
    const answer = new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#open.set(id, { resolve, reject });
      this.#process.send({ id, call, args });
    });
    return answer as ReturnType<DeviceWork[Call]>;
  }

  end(): void {
    this.#process.disconnect();
  }
}
