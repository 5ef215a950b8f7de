import { VernamError } from "../errors.ts";

/**
 * A database could not be opened, migrated or written. Codes:
 * "database.folder-locked", "database.folder-corrupt", "database.create-failed", "database.unreachable",
 * "database.migration-changed", "database.migration-failed", "database.migration-unknown", "database.closed".
 */
export class DatabaseError extends VernamError {}
