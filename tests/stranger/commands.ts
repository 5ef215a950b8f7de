import { Float, type Item, type ItemMap } from "./cbor.ts";
import { demand } from "./refused.ts";
import { type Shape, text, uint, versioned } from "./shapes.ts";
import { hash, id } from "./structures.ts";

type Argument = string | number | boolean;

const argumentName = text(1, 64);
const argumentText = text(0, 256);

const commandArguments: Shape<Record<string, Argument>> = {
  read(item) {
    demand(item instanceof Map, "cbor.type");
    demand(item.size <= 16, "cbor.length");
    const entries = [...(item as ItemMap)];
    return Object.fromEntries(entries.map(([name, value]) => [argumentName.read(name), argument(value)]));
  },
  write: (args) =>
    new Map(
      Object.entries(args).map(([name, value]): [string, Item] => [
        name,
        typeof value === "number" && !Number.isInteger(value) ? new Float(value) : value,
      ]),
    ),
};

export const command = versioned({
  nonce: id,
  expiry: uint,
  kind: text(1, 64),
  args: commandArguments,
  certificateHash: hash,
});

function argument(item: Item): Argument {
  if (typeof item === "string") return argumentText.read(item);
  if (typeof item === "number") return uint.read(item);
  if (typeof item === "boolean") return item;
  demand(item instanceof Float && Number.isFinite(item.value), "cbor.type");
  demand(!Number.isInteger(item.value), "cbor.not-shortest");
  return item.value;
}
