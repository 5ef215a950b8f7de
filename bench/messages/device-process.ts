import { DeviceWork } from "./device-work.ts";

/** A process of devices: does what the benchmark asks of it, one answer to each question. */
const work = new DeviceWork();
const calls = work as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;

process.on("message", ({ id, call, args }: { id: number; call: string; args: unknown[] }) => {
  const answer = calls[call]?.(...args) ?? Promise.reject(new Error(`no such call: ${call}`));
  answer.then(
    (value) => process.send?.({ id, value }),
    (error: Error) => process.send?.({ id, error: error.message }),
  );
});
process.on("disconnect", () => process.exit(0));
