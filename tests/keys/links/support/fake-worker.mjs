// A stand-in for the link worker: answers at once with equal random keys as long as the order says, or as the
// condition demands. For tests of scheduling and faults; the physics is tested with the real worker.
import { parentPort, threadId } from "node:worker_threads";

let wasPatient = false;

parentPort.on("message", ({ order, aliceAuthentication, bobAuthentication, patient }) => {
  // As for a thread whose nice value nobody may take back. Who computed stands where an attacker's bits would.
  const slowed = wasPatient && patient !== true;
  wasPatient ||= patient === true;
  const attackerBits = threadId;
  if (Buffer.compare(aliceAuthentication, bobAuthentication) !== 0)
    throw new Error("the ends were not in step");
  if (order.condition.addedLossDb === 200) process.exit(1);
  const { attack, cut } = order.condition;
  const qber = 0.015 + (attack.model === "none" ? 0 : attack.fraction / 4);
  const probe = order.siftedTarget < 100_000;
  const warning = order.condition.addedLossDb > 1 ? "loss-high" : null;
  const aborted = cut ? "no-light" : qber > 0.03 ? "qber-high" : probe ? "no-key-in-block" : null;
  const secretBits = aborted === null ? Math.floor(order.siftedTarget * 0.3) & ~7 : 0;
  const simulatedSeconds = order.maxPulses / 3 / order.parameters.clockHz;
  const report = {
    pulses: order.maxPulses / 3,
    detections: order.siftedTarget * 2,
    siftedBits: cut ? 0 : order.siftedTarget,
    testBits: 1000,
    qber,
    phaseErrorBound: 0.03,
    leakedBits: 1,
    reconciliation: "cascade",
    reconciliationEfficiency: 1.05,
    reconciliationMs: null,
    roundTrips: 20,
    secretBits,
    authenticationBits: 4096,
    epsilonExponent: 14,
    amplification: "modular",
    aborted,
    evidence: null,
    warning,
    authenticated: order.authenticated ?? true,
    simulatedSeconds,
  };
  if (aborted !== null) return parentPort.postMessage({ ok: true, report, attackerBits, slowed });
  const aliceKey = crypto.getRandomValues(new Uint8Array(secretBits / 8));
  const bobKey = aliceKey.slice();
  parentPort.postMessage({ ok: true, report, aliceKey, bobKey, attackerBits, slowed }, [
    aliceKey.buffer,
    bobKey.buffer,
  ]);
});
