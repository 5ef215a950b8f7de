import type { CommitQueue } from "../../shared/database/commit-queue.ts";
import type { SqlClient } from "../../shared/database/database.ts";
import {
  type CopyKey,
  deleteCopies,
  deleteNotices,
  type NoticeKey,
  type VoidRow,
  voidRecords,
} from "./delete-writes.ts";
import {
  type DrawOutcome,
  type DrawRow,
  type IntakeOutcome,
  insertOutbox,
  type OutboxRow,
  type RecordRow,
  writeDraws,
  writeIntake,
} from "./draw-writes.ts";

/** What the gateways write many times a second, through the group commit that they share with the key managers. */
export interface GatewayWrites {
  readonly draw: (row: DrawRow) => Promise<DrawOutcome>;
  readonly intake: (row: RecordRow) => Promise<IntakeOutcome>;
  readonly notice: (row: OutboxRow) => Promise<void>;
  readonly deleteCopy: (key: CopyKey) => Promise<void>;
  readonly deleteNotice: (key: NoticeKey) => Promise<void>;
  readonly voidRecord: (row: VoidRow) => Promise<void>;
}

export function createGatewayWrites(queue: CommitQueue): GatewayWrites {
  const answering = <Row, Result>(write: (client: SqlClient, rows: readonly Row[]) => Promise<Result[]>) =>
    queue.kind(async (client, rows: readonly Row[]) =>
      (await write(client, rows)).map((value) => ({ value })),
    );
  const silent = <Row>(
    write: (client: SqlClient, rows: readonly Row[]) => Promise<void>,
    options: { readonly patient?: boolean } = {},
  ) =>
    queue.kind(async (client, rows: readonly Row[]) => {
      await write(client, rows);
      return rows.map(() => ({ value: undefined }));
    }, options);
  return {
    draw: answering(writeDraws),
    intake: answering(writeIntake),
    notice: silent(insertOutbox),
    deleteCopy: silent(deleteCopies, { patient: true }),
    deleteNotice: silent(deleteNotices, { patient: true }),
    voidRecord: silent(voidRecords),
  };
}
