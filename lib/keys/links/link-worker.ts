/**
 * Entry of a link worker thread: computes one block per request. It knows no link, site or pool, and hands the two
 * ends' keys back by transfer, so that nothing of them stays here.
 */
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { computeBlock } from "../../quantum/attack/man-in-the-middle.ts";
import { createSystemRandom } from "../../quantum/random.ts";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker-messages.ts";

const random = createSystemRandom();
const clock = () => performance.now();
/** Nice value: distilling key takes what answering requests leaves. */
const politeness = 5;

function compute({ order, aliceAuthentication, bobAuthentication }: WorkerRequest): WorkerAnswer {
  try {
    const surroundings = { random, aliceAuthentication, bobAuthentication, clock };
    const { report, aliceKey, bobKey, attackerBits } = computeBlock(order, surroundings);
    if (aliceKey === undefined || bobKey === undefined) return { ok: true, report, attackerBits };
    return {
      ok: true,
      report,
      aliceKey: transferable(aliceKey),
      bobKey: transferable(bobKey),
      attackerBits,
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

/** On Linux a nice value belongs to a thread; elsewhere it would slow down the whole process. */
if (process.platform === "linux") {
  try {
    setPriority(politeness);
  } catch {
    // Not allowed here: then the workers compete with the rest, as elsewhere.
  }
}

parentPort?.on("message", (request: WorkerRequest) => {
  const answer = compute(request);
  const keys = answer.ok ? [answer.aliceKey, answer.bobKey] : [];
  const buffers = keys.flatMap((key) => (key === undefined ? [] : [key.buffer]));
  parentPort?.postMessage(answer, buffers);
});
