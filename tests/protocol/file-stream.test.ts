import fc from "fast-check";
import { expect, test } from "vitest";
import {
  checkFileHash,
  chunkCountOf,
  chunkLengthOf,
  fileHash,
  openFileChunk,
  sealedFileLength,
  sealFileChunk,
} from "../../lib/protocol/file-stream.ts";
import { hash } from "../../lib/protocol/hash.ts";
import { expectCode, flipBit, random } from "./expectations.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const chunk = 64 * 1024;

const secretsOf = (size: number) => ({ fileId: random(16), size, key: random(32), noncePrefix: random(7) });

function noise(length: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 65_536) crypto.getRandomValues(bytes.subarray(i, i + 65_536));
  return bytes;
}

async function sealed(file: Bytes) {
  const secrets = secretsOf(file.length);
  const chunks = [];
  for (let i = 0; i < chunkCountOf(file.length); i++)
    chunks.push(await sealFileChunk(secrets, i, file.slice(i * chunk, (i + 1) * chunk)));
  return { secrets, chunks, file };
}

test("files of every size around a chunk come back, in chunks that make their length", async () => {
  for (const size of [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 17]) {
    const { secrets, chunks, file } = await sealed(noise(size));
    const opened = [];
    for (const [i, one] of chunks.entries()) opened.push(...(await openFileChunk(secrets, i, one.sealed)));
    expect(hash(new Uint8Array(opened))).toEqual(hash(file));
    expect(chunks.reduce((sum, one) => sum + one.sealed.length, 0)).toBe(sealedFileLength(size));
  }
});

test("chunk lengths add up for any size", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 24), (size) => {
      let sum = 0;
      for (let i = 0; i < chunkCountOf(size); i++) sum += chunkLengthOf(size, i);
      expect(sum).toBe(size);
    }),
  );
});

test("a chunk in another place, another file or of another length, or altered, is refused", async () => {
  const { secrets, chunks } = await sealed(noise(3 * chunk));
  const [first, second, last] = chunks.map((one) => one.sealed) as [Bytes, Bytes, Bytes];
  await expectCode(openFileChunk(secrets, 0, second), "file.tag");
  await expectCode(openFileChunk(secrets, 1, first), "file.tag");
  await expectCode(openFileChunk(secrets, 1, last), "file.tag");
  await expectCode(openFileChunk(secrets, 2, second), "file.tag");
  await expectCode(openFileChunk({ ...secrets, fileId: random(16) }, 0, first), "file.tag");
  await expectCode(openFileChunk(secrets, 0, flipBit(first, 100)), "file.tag");
  await expectCode(openFileChunk(secrets, 0, first.slice(1)), "file.length");
  await expectCode(openFileChunk(secrets, 3, last), "file.length");
  await expectCode(openFileChunk(secrets, -1, last), "file.length");
});

test("a file cut after a whole chunk, or made longer by one, is refused", async () => {
  const { secrets, chunks } = await sealed(noise(2 * chunk));
  const [first, second] = chunks.map((one) => one.sealed) as [Bytes, Bytes];
  await expectCode(openFileChunk({ ...secrets, size: chunk }, 0, first), "file.tag");
  await expectCode(openFileChunk({ ...secrets, size: 3 * chunk }, 1, second), "file.tag");
});

test("the message's hash names one file: no other, no order, no subset of its chunks", async () => {
  const { secrets, chunks } = await sealed(noise(2 * chunk + 5));
  const hashes = chunks.map((one) => one.hash);
  const body = {
    ...secrets,
    name: "f",
    mediaType: "",
    chunks: hashes.length,
    hash: fileHash(secrets, hashes),
  };
  checkFileHash(body, hashes);
  for (const wrong of [hashes.slice(0, 2), [...hashes].reverse(), [...hashes, hashes[0]!]])
    await expectCode(() => checkFileHash(body, wrong), "file.hash");
  await expectCode(() => checkFileHash({ ...body, size: body.size + 1 }, hashes), "file.hash");
});

test("an upload resumes with the same bytes, and never seals a changed file under the same key", async () => {
  const { secrets, chunks, file } = await sealed(noise(2 * chunk));
  const again = await sealFileChunk(secrets, 1, file.slice(chunk), chunks[1]!.hash);
  expect(again.sealed).toEqual(chunks[1]!.sealed);
  const altered = flipBit(file.slice(chunk), 5);
  await expectCode(sealFileChunk(secrets, 1, altered, chunks[1]!.hash), "file.changed");
  await expectCode(sealFileChunk(secrets, 0, file), "file.length");
});
