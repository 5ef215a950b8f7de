import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Answer, Client } from "./support/client.ts";
import { type JsonSchema, mutatedValuesOf, valuesOf } from "./support/schema-values.ts";
import { foreign, openTarget, type Target } from "./support/target.ts";

/** Requests made from the document that the key manager serves about itself: whatever comes, never a 500. */
interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly schema: JsonSchema;
}
interface Content {
  readonly content: { readonly "application/json": { readonly schema: JsonSchema } };
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}
interface ApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Sent {
  readonly path: string;
  readonly query: string;
  readonly body: string | undefined;
}

const runs = 250;
let target: Target;
let client: Client;
let description: ApiDocument;

beforeAll(async () => {
  target = await openTarget();
  client = new Client(target);
  if (!foreign) description = (await client.call(target.master, "/openapi.json")).json;
});
afterAll(async () => {
  client.close();
  await target.close();
});

function requestsOf(path: string, operation: Operation, values: (schema: JsonSchema) => Arbitrary<unknown>) {
  const inPath = operation.parameters.find((parameter) => parameter.in === "path");
  const inQuery = operation.parameters.filter((parameter) => parameter.in === "query");
  const sae = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(target.slave.sae, target.master.sae, target.other?.sae ?? "x") },
    { weight: 1, arbitrary: valuesOf(inPath?.schema ?? {}).filter((text) => text !== "." && text !== "..") },
  );
  const query = fc
    .record(Object.fromEntries(inQuery.map(({ name, schema }) => [name, values(schema)])), {
      requiredKeys: [],
    })
    .map((given) =>
      Object.entries(given)
        .map(
          ([name, value]) =>
            `${name}=${encodeURIComponent(wellFormed(typeof value === "string" ? value : JSON.stringify(value)))}`,
        )
        .join("&"),
    );
  const schema = operation.requestBody?.content["application/json"].schema;
  const body =
    schema === undefined ? fc.constant(undefined) : values(schema).map((value) => JSON.stringify(value));
  return fc.record({ sae, query, body }).map(
    (parts): Sent => ({
      path: path.replace(/\{\w+\}/, encodeURIComponent(wellFormed(String(parts.sae)))),
      query: parts.query,
      body: parts.body,
    }),
  );
}

/** No half characters: an address cannot hold them. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "?");
}

async function check(operation: Operation, method: string, { path, query, body }: Sent): Promise<Answer> {
  const party = operation.operationId.endsWith("Ids") ? target.slave : target.master;
  const options = { method: method.toUpperCase(), ...(body === undefined ? {} : { body }) };
  const answer = await client.call(party, query === "" ? path : `${path}?${query}`, options);
  // What our own code did not expect is answered with this text: it is a 500 by another number.
  expect(answer.json?.message).not.toBe("the KME cannot answer now");
  const documented = operation.responses[String(answer.status)];
  expect(documented, `${answer.status} ${answer.text.slice(0, 200)}`).toBeDefined();
  const schema = documented?.content["application/json"].schema ?? {};
  z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).parse(answer.json);
  return answer;
}

describe.skipIf(foreign)("requests made from /openapi.json", () => {
  it("are of version 3.1 and cover the five operations", () => {
    expect(description.openapi).toMatch(/^3\.1\./);
    const operations = Object.values(description.paths).flatMap((path) => Object.values(path));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
      ["getKey", "getKeyWithIds", "getStatus", "postKey", "postKeyWithIds"].sort(),
    );
  });

  it.each([
    ["allowed by it", valuesOf],
    ["nearly allowed by it", mutatedValuesOf],
  ])("%s get a documented answer of the documented form", async (_what, values) => {
    const seen = new Set<string>();
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        await fc.assert(
          fc.asyncProperty(requestsOf(path, operation, values), async (sent) => {
            const { status } = await check(operation, method, sent);
            seen.add(`${operation.operationId} ${status}`);
          }),
          { numRuns: runs },
        );
      }
    }
    // The requests reach past the first check: some draw keys, some are refused.
    for (const wanted of ["getStatus 200", "getKey 200", "postKey 200", "postKey 400", "postKeyWithIds 400"])
      expect(seen).toContain(wanted);
  });

  it("draw keys when they name who is known and nothing more than the document allows", async () => {
    const path = "/api/v1/keys/{slave_SAE_ID}/enc_keys";
    const { number, size } = Object.fromEntries(
      description.paths[path]!.get!.parameters.map(({ name, schema }) => [name, schema]),
    );
    await fc.assert(
      fc.asyncProperty(valuesOf(number!), valuesOf(size!), async (count, bits) => {
        const keys = await client.drawn({ number: count, size: bits });
        expect(keys).toHaveLength(count as number);
        expect(Buffer.from(keys[0]!.key, "base64")).toHaveLength((bits as number) / 8);
      }),
      { numRuns: 30 },
    );
  });

  it("of any bytes at all get an answer", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string({ unit: "binary" }), fc.string()), async (body) => {
        expect((await client.enc(body)).status).toBeLessThan(500);
        const { slave, master } = target;
        const answer = await client.call(slave, `/api/v1/keys/${master.sae}/dec_keys`, { body });
        expect(answer.status).toBe(400);
      }),
      { numRuns: runs },
    );
  });
});
