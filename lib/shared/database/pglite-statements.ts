import type { PGlite } from "@electric-sql/pglite";
import { concatBytes } from "../bytes.ts";
import type { SqlValue } from "./database.ts";
import { type Column, readAnswer, SqlError, type WireAnswer } from "./wire-answers.ts";
import { isBinaryParameter, isBinaryResult, readValue, writeParameter } from "./wire-values.ts";
import { WireWriter } from "./wire-writer.ts";

interface Prepared {
  readonly name: string;
  readonly sql: string;
  readonly parameters: readonly number[];
  readonly columns: readonly Column[];
  executions: number;
  /** PostgreSQL keeps a plan for good once it liked it; tables that were empty then are not any more. */
  replanAt: number;
}

const mostStatements = 500;
const firstReplan = 16;
const longestBetweenReplans = 1024;
const binary = 1;
/** SQLSTATE of a statement that is unknown, and of a cached plan whose result has changed. */
const outdated = new Set(["26000", "0A000"]);

/**
 * Runs statements on PGlite by PostgreSQL's own protocol: each is parsed once and kept, values go in binary, and one
 * call into the database does what PGlite's `query` does in six. The folder's files are written in the call
 * itself. Callers hold PGlite's lock.
 */
export class PgliteStatements {
  readonly #pglite: PGlite;
  readonly #writer = new WireWriter();
  readonly #prepared = new Map<string, Prepared>();
  #made = 0;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /**
   * Runs one statement. `first` is a command without answer that goes before it in the same call ("BEGIN").
   * @throws SqlError; TypeError, RangeError for a parameter that is not of its type.
   */
  async run<Row>(sql: string, params: readonly SqlValue[], first?: string): Promise<Row[]> {
    let begin = first;
    let statement = await this.#prepared.get(sql);
    if (statement === undefined) {
      statement = await this.#prepare(sql, begin);
      begin = undefined;
    }
    const prepared = statement;
    try {
      const { rows } = await this.#call(() => this.#writeRun(prepared, params, begin));
      return rows.map((values) => this.#readRow(prepared.columns, values) as Row);
    } catch (error) {
      // Gone, or its tables have changed: parsed anew the next time.
      if (error instanceof SqlError && outdated.has(error.code)) this.#prepared.delete(sql);
      throw error;
    }
  }

  /** One command without parameters or rows. Returns its tag. */
  async command(text: string): Promise<string> {
    return (await this.#call(() => this.#writeCommand(text))).tag;
  }

  async #prepare(sql: string, first: string | undefined): Promise<Prepared> {
    const name = `s${++this.#made}`;
    const { parameters = [], columns = [] } = await this.#call(() => {
      if (first !== undefined) this.#writeCommand(first);
      this.#writeParse(name, sql);
      this.#writer.message("D", () => this.#writeNamed("S", name));
      this.#writer.message("S", () => undefined);
    });
    const prepared = { name, sql, parameters, columns, executions: 0, replanAt: firstReplan };
    this.#prepared.set(sql, prepared);
    if (this.#prepared.size > mostStatements) await this.#forgetOldest();
    return prepared;
  }

  async #forgetOldest(): Promise<void> {
    const [oldest] = this.#prepared.values();
    if (oldest === undefined) return;
    this.#prepared.delete(oldest.sql);
    await this.#call(() => {
      this.#writer.message("C", () => this.#writeNamed("S", oldest.name));
      this.#writer.message("S", () => undefined);
    });
  }

  /** PGlite would parse the answer as well, were it not asked for it as it comes. */
  async #call(write: () => void): Promise<WireAnswer> {
    const writer = this.#writer;
    try {
      write();
      const parts: Uint8Array[] = [];
      const onRawData = (part: Uint8Array) => void parts.push(part.slice());
      await this.#pglite.execProtocolRawStream(writer.written, { syncToFs: false, onRawData });
      const [only] = parts;
      return readAnswer(only !== undefined && parts.length === 1 ? only : concatBytes(...parts));
    } finally {
      writer.clear();
    }
  }

  #writeCommand(text: string): void {
    this.#writer.message("Q", () => this.#writer.name(text));
  }

  #writeNamed(kind: "S" | "P", name: string): void {
    this.#writer.byte(kind.charCodeAt(0));
    this.#writer.name(name);
  }

  #writeParse(name: string, sql: string): void {
    this.#writer.message("P", () => {
      this.#writer.name(name);
      this.#writer.name(sql);
      this.#writer.int16(0);
    });
  }

  #writeRun(statement: Prepared, params: readonly SqlValue[], first: string | undefined): void {
    const writer = this.#writer;
    if (first !== undefined) this.#writeCommand(first);
    if (++statement.executions === statement.replanAt) {
      statement.replanAt += Math.min(statement.replanAt, longestBetweenReplans);
      writer.message("C", () => this.#writeNamed("S", statement.name));
      this.#writeParse(statement.name, statement.sql);
    }
    writer.message("B", () => this.#writeBind(statement, params));
    writer.message("E", () => {
      writer.name("");
      writer.int32(0);
    });
    writer.message("S", () => undefined);
  }

  #writeBind({ name, parameters, columns }: Prepared, params: readonly SqlValue[]): void {
    const writer = this.#writer;
    writer.name("");
    writer.name(name);
    writer.int16(parameters.length);
    for (const type of parameters) writer.int16(isBinaryParameter(type) ? binary : 0);
    writer.int16(parameters.length);
    for (const [i, type] of parameters.entries()) {
      const value = params[i] ?? null;
      if (isBinaryParameter(type)) writeParameter(writer, type, value);
      else if (value === null) writer.int32(-1);
      else writer.block(() => writer.text(this.#textOf(type, value)));
    }
    writer.int16(columns.length);
    for (const { type } of columns) writer.int16(isBinaryResult(type) ? binary : 0);
  }

  #textOf(type: number, value: NonNullable<SqlValue>): string {
    const serialize = this.#pglite.serializers[type];
    return serialize === undefined ? String(value) : serialize(value);
  }

  #readRow(columns: readonly Column[], values: readonly (Uint8Array | null)[]): Record<string, unknown> {
    const row: Record<string, unknown> = {};
    for (const [i, { name, type }] of columns.entries()) {
      const bytes = values[i];
      if (bytes === null || bytes === undefined) row[name] = null;
      else if (isBinaryResult(type)) row[name] = readValue(type, bytes);
      else {
        const text = decoder.decode(bytes);
        const parse = this.#pglite.parsers[type];
        row[name] = parse === undefined ? text : parse(text, type);
      }
    }
    return row;
  }
}

const decoder = new TextDecoder();
