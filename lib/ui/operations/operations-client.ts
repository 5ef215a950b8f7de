import type { OperationsError, OperationsEvents } from "../../keys/api-types.ts";

/** A list stands for a parameter that comes several times. */
export type OperationsQuery = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** What screens use of the operations face of the key world. */
export interface OperationsClient {
  /** @param path such as "/ops/links" @throws OperationsProblem */
  read<T>(path: string, query?: OperationsQuery): Promise<T>;
  /** The answer as a file's bytes. @throws OperationsProblem */
  download(path: string, query: Readonly<Record<string, string>>): Promise<Blob>;
  /** Posts a command that a device signed. @throws OperationsProblem */
  command(signed: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Follows events until `signal` aborts; reconnects by itself. */
  follow(listener: OperationsListener, signal: AbortSignal): void;
}

export type StreamPhase = "connecting" | "open" | "closed";

export interface OperationsListener {
  event<K extends keyof OperationsEvents>(name: K, value: OperationsEvents[K]): void;
  phase(phase: StreamPhase): void;
}

export type ProblemKind = "unreachable" | "forbidden" | "signed-out" | "refused";

/** Why the key world gave no answer. */
export class OperationsProblem extends Error {
  readonly kind: ProblemKind;
  readonly code: string;

  constructor(kind: ProblemKind, code: string, message: string) {
    super(message);
    this.name = "OperationsProblem";
    this.kind = kind;
    this.code = code;
  }
}

/** The refusal that an answer holds, whatever shape its body has. */
export async function readProblem(answer: Response): Promise<OperationsProblem> {
  const body = (await answer.json().catch(() => null)) as Partial<OperationsError> | null;
  const code = body?.code ?? `http.${answer.status}`;
  const message = body?.message ?? answer.statusText;
  const kind: ProblemKind =
    answer.status === 403
      ? "forbidden"
      : answer.status === 401
        ? "signed-out"
        : answer.status >= 500
          ? "unreachable"
          : "refused";
  return new OperationsProblem(kind, code, message);
}
