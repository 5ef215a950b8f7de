/**
 * Node's own crypto, or undefined in a browser. Node 20's WebCrypto spends 90 µs per operation on the way to its
 * thread pool; the same OpenSSL called directly does not. Reached without an import, so that bundles for the
 * browser stay free of it.
 */
export const nodeCrypto = globalThis.process?.getBuiltinModule?.("node:crypto");
