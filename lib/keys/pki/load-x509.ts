type X509 = typeof import("@peculiar/x509");
type MetadataKey = string | symbol;

let loading: Promise<X509> | undefined;

/**
 * The certificate library. It finds its parts through a container that wants three functions of the metadata proposal
 * on Reflect; they are small enough to bring along, and must be there before the library is loaded, so it is loaded here.
 */
export function loadX509(): Promise<X509> {
  loading ??= (async () => {
    provideMetadata();
    return import("@peculiar/x509");
  })();
  return loading;
}

function provideMetadata(): void {
  if ("getMetadata" in Reflect) return;
  const held = new WeakMap<object, Map<MetadataKey, unknown>>();
  const getOwnMetadata = (key: MetadataKey, target: object): unknown => held.get(target)?.get(key);
  const getMetadata = (key: MetadataKey, target: object): unknown => {
    for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
      if (held.get(at)?.has(key) === true) return getOwnMetadata(key, at);
    }
    return undefined;
  };
  const defineMetadata = (key: MetadataKey, value: unknown, target: object): void => {
    const entries = held.get(target);
    if (entries === undefined) held.set(target, new Map([[key, value]]));
    else entries.set(key, value);
  };
  Object.assign(Reflect, { getOwnMetadata, getMetadata, defineMetadata });
}
