/**
 * Entry of a link worker thread: computes one block per request. It knows no link, site or pool, and hands the two
 * ends' keys back by transfer, so that nothing of them stays here.
 */
import { getPriority, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { computeBlock } from "../../quantum/attack/man-in-the-middle.ts";
import { createSystemRandom } from "../../quantum/random.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker-messages.ts";

const random = createSystemRandom();
const clock = () => performance.now();
/** Nice values: distilling key comes after answering requests, and far after it where nobody waits for the key. */
const politeness = { hurried: 5, patient: 12 };

function compute(request: WorkerRequest): WorkerAnswer {
  const { order, aliceAuthentication, bobAuthentication, patient } = request;
  const slowed = !beNice(patient === true ? politeness.patient : politeness.hurried);
  try {
    const surroundings = { random, aliceAuthentication, bobAuthentication, clock };
    const { report, aliceKey, bobKey, attackerBits } = computeBlock(order, surroundings);
    if (aliceKey === undefined || bobKey === undefined) return { ok: true, report, attackerBits, slowed };
    return {
      ok: true,
      report,
      aliceKey: transferable(aliceKey),
      bobKey: transferable(bobKey),
      attackerBits,
      slowed,
    };
  } catch (reason) {
    return {
      ok: false,
      message: reason instanceof Error ? reason.message : "the block could not be computed",
    };
  } finally {
    aliceAuthentication.fill(0);
    bobAuthentication.fill(0);
  }
}

/** A view of a larger buffer is copied and zeroed: a transfer would hand over all of it. */
function transferable(key: Bytes): Bytes {
  if (key.byteLength === key.buffer.byteLength) return key;
  const copy = copyBytes(key);
  key.fill(0);
  return copy;
}

/**
 * On Linux a nice value belongs to a thread; elsewhere it would slow down the whole process, and nothing is done. Only
 * a privileged process may take one back. Answers false where that was refused.
 */
function beNice(value: number): boolean {
  if (process.platform !== "linux") return true;
  try {
    if (getPriority() !== value) setPriority(value);
    return true;
  } catch {
    return getPriority() <= value;
  }
}

parentPort?.on("message", (request: WorkerRequest) => {
  const answer = compute(request);
  const keys = answer.ok ? [answer.aliceKey, answer.bobKey] : [];
  const buffers = keys.flatMap((key) => (key === undefined ? [] : [key.buffer]));
  parentPort?.postMessage(answer, buffers);
});
