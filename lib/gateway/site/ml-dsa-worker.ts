import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { type Bytes, copyBytes } from "../../shared/bytes.ts";

/**
 * Signs and verifies with ML-DSA-65 (FIPS 204) in a worker thread: one signature takes 6-30 ms in JavaScript and
 * must not hold up the event loop that serves keys. Secret keys are loaded once and stay in the worker.
 */
export interface MlDsaWorker {
  /** Keeps `secretKey` (4032 bytes) in the worker under `name`. */
  load(name: string, secretKey: Uint8Array): Promise<void>;
  generate(): Promise<{ readonly publicKey: Bytes; readonly secretKey: Bytes }>;
  sign(name: string, message: Uint8Array): Promise<Bytes>;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
  close(): Promise<void>;
}

type Answer = { readonly id: number; readonly value?: unknown; readonly error?: string };

// Plain text, so that the same worker runs from TypeScript sources under a test runner and from the bundle.
const source = `
const { parentPort, workerData } = require("node:worker_threads");
const keys = new Map();
import(workerData.library).then(({ ml_dsa65 }) => {
  const work = {
    load: ({ name, secretKey }) => { keys.set(name, secretKey); return true; },
    generate: () => { const pair = ml_dsa65.keygen(); return { publicKey: pair.publicKey, secretKey: pair.secretKey }; },
    sign: ({ name, message }) => ml_dsa65.sign(message, keys.get(name)),
    verify: ({ publicKey, message, signature }) => ml_dsa65.verify(signature, message, publicKey),
  };
  parentPort.on("message", (request) => {
    try { parentPort.postMessage({ id: request.id, value: work[request.kind](request) }); }
    catch (error) { parentPort.postMessage({ id: request.id, error: "ML-DSA-65 failed: " + error.name }); }
  });
});
`;

export function startMlDsaWorker(): MlDsaWorker {
  const library = pathToFileURL(createRequire(import.meta.url).resolve("@noble/post-quantum/ml-dsa.js")).href;
  const worker = new Worker(source, { eval: true, workerData: { library }, name: "ml-dsa" });
  worker.unref();
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let next = 0;
  const fail = (error: Error) => {
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
  };
  worker.on("message", (answer: Answer) => {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    if (answer.error === undefined) call?.resolve(answer.value);
    else call?.reject(new Error(answer.error));
  });
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the signing worker stopped")));
  const ask = (request: Record<string, unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ ...request, id });
    });
  return {
    load: async (name, secretKey) => void (await ask({ kind: "load", name, secretKey })),
    generate: async () => {
      const pair = (await ask({ kind: "generate" })) as { publicKey: Uint8Array; secretKey: Uint8Array };
      return { publicKey: copyBytes(pair.publicKey), secretKey: copyBytes(pair.secretKey) };
    },
    sign: async (name, message) => copyBytes((await ask({ kind: "sign", name, message })) as Uint8Array),
    verify: async (publicKey, message, signature) =>
      (await ask({ kind: "verify", publicKey, message, signature })) === true,
    close: async () => void (await worker.terminate()),
  };
}
