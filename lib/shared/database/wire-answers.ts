const decoder = new TextDecoder();

/** What PostgreSQL said no to; `code` is its SQLSTATE. */
export class SqlError extends Error {
  override readonly name = "SqlError";
  readonly code: string;
  readonly detail: string | undefined;
  readonly constraint: string | undefined;

  constructor(fields: ReadonlyMap<string, string>) {
    super(fields.get("M") ?? "the database refused a statement");
    this.code = fields.get("C") ?? "XX000";
    this.detail = fields.get("D");
    this.constraint = fields.get("n");
  }
}

export interface Column {
  readonly name: string;
  readonly type: number;
}

/** What a run of messages was answered with. */
export interface WireAnswer {
  readonly parameters: readonly number[] | undefined;
  readonly columns: readonly Column[] | undefined;
  /** Values as they came, null for NULL: views of the answer. */
  readonly rows: readonly (Uint8Array | null)[][];
  /** The last command's tag, "COMMIT" for one. */
  readonly tag: string;
}

/** Reads the server's messages. @throws SqlError the first error among them. */
export function readAnswer(bytes: Uint8Array): WireAnswer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let parameters: number[] | undefined;
  let columns: Column[] | undefined;
  let tag = "";
  const rows: (Uint8Array | null)[][] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const type = String.fromCharCode(bytes[at] as number);
    const start = at + 5;
    at += 1 + view.getInt32(at + 1);
    if (type === "D") rows.push(readRow(bytes, view, start));
    else if (type === "T") columns = readColumns(bytes, view, start);
    else if (type === "t")
      parameters = Array.from({ length: view.getInt16(start) }, (_, i) => view.getInt32(start + 2 + 4 * i));
    else if (type === "C") tag = decoder.decode(bytes.subarray(start, at - 1));
    else if (type === "E") throw new SqlError(readFields(bytes.subarray(start, at)));
  }
  return { parameters, columns, rows, tag };
}

function readRow(bytes: Uint8Array, view: DataView, start: number): (Uint8Array | null)[] {
  const row = new Array<Uint8Array | null>(view.getInt16(start));
  let at = start + 2;
  for (let i = 0; i < row.length; i++) {
    const length = view.getInt32(at);
    at += 4;
    row[i] = length === -1 ? null : bytes.subarray(at, at + length);
    at += Math.max(length, 0);
  }
  return row;
}

function readColumns(bytes: Uint8Array, view: DataView, start: number): Column[] {
  let at = start + 2;
  return Array.from({ length: view.getInt16(start) }, () => {
    const end = bytes.indexOf(0, at);
    const name = decoder.decode(bytes.subarray(at, end));
    const type = view.getInt32(end + 7);
    at = end + 19;
    return { name, type };
  });
}

function readFields(bytes: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const end = bytes.indexOf(0, at);
    fields.set(String.fromCharCode(bytes[at] as number), decoder.decode(bytes.subarray(at + 1, end)));
    at = end + 1;
  }
  return fields;
}
