import fc, { type Arbitrary } from "fast-check";

/** The part of JSON Schema that the document uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
}

const most = 5;

/** Values that a schema allows. @throws Error for a keyword it does not know, so that none is forgotten. */
export function valuesOf(schema: JsonSchema): Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valuesOf));
  switch (schema.type) {
    case undefined:
      return fc.jsonValue();
    case "null":
      return fc.constant(null);
    case "integer": {
      const step = schema.multipleOf ?? 1;
      const min = Math.ceil((schema.minimum ?? -(2 ** 31)) / step);
      const max = Math.floor((schema.maximum ?? 2 ** 31 - 1) / step);
      // Small numbers, so that a run does not take all the key there is.
      return fc.integer({ min, max: Math.min(max, min + 8) }).map((value) => value * step);
    }
    case "string":
      if (schema.format === "uuid") return fc.uuid();
      return fc.string({
        minLength: schema.minLength ?? 0,
        maxLength: Math.min(schema.maxLength ?? 40, 40),
        unit: "binary",
      });
    case "array":
      return fc.array(valuesOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? most, most),
      });
    case "object":
      return objectsOf(schema);
    default:
      throw new Error(`no values for the type ${schema.type}`);
  }
}

function objectsOf({ properties = {}, required = [], additionalProperties }: JsonSchema): Arbitrary<unknown> {
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, valuesOf(part)])),
    { requiredKeys: [...required] },
  );
  if (additionalProperties === false) return known;
  const more = typeof additionalProperties === "object" ? valuesOf(additionalProperties) : fc.jsonValue();
  const others = fc.dictionary(fc.string({ maxLength: 20 }), more, { maxKeys: 3 });
  return fc.tuple(others, known).map(([first, second]) => ({ ...first, ...second }));
}

/** Near misses: a value of the schema in which one place holds something else, is left out or is far too large. */
export function mutatedValuesOf(schema: JsonSchema): Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>(
      null,
      "",
      -1,
      0,
      1.5,
      7,
      1e308,
      -0,
      2 ** 31,
      2 ** 53,
      "1",
      [],
      {},
      [[]],
      "\0",
      true,
    ),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.nat(2000).map((length) => Array(length).fill("x")),
  );
  return fc
    .tuple(valuesOf(schema), fc.array(fc.nat(), { maxLength: 4 }), odd)
    .map(([value, way, other]) => replaceAt(value, way, other));
}

function replaceAt(value: unknown, [step, ...rest]: readonly number[], other: unknown): unknown {
  if (step === undefined || typeof value !== "object" || value === null) return other;
  const entries = Object.entries(value);
  const at = entries[step % Math.max(1, entries.length)];
  if (at === undefined) return other;
  if (Array.isArray(value))
    return value.map((item, i) => (String(i) === at[0] ? replaceAt(item, rest, other) : item));
  return { ...value, [at[0]]: replaceAt(at[1], rest, other) };
}
