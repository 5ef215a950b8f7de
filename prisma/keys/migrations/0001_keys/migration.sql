-- Keys database: end-to-end keys waiting for their receiving sites, their lives, the ledger, link counts, consumption.
-- Times are milliseconds UTC. No column holds a key that is not wrapped.

-- The hourly keys under which waiting keys are wrapped. The keys themselves are files outside the database.
CREATE TABLE "wrapping_keys" (
    "id" INTEGER NOT NULL,
    "created_at" BIGINT NOT NULL,
    "erased_at" BIGINT,
    CONSTRAINT "wrapping_keys_pkey" PRIMARY KEY ("id")
);

-- One row per key and recipient; collecting the key deletes the row, so a key leaves once.
CREATE TABLE "waiting_keys" (
    "key_id" BYTEA NOT NULL,
    "sae" TEXT NOT NULL,
    "master_sae" TEXT NOT NULL,
    "site" TEXT NOT NULL,
    "expires_at" BIGINT NOT NULL,
    "wrapping_key" INTEGER NOT NULL,
    "wrapped" BYTEA NOT NULL,
    CONSTRAINT "waiting_keys_pkey" PRIMARY KEY ("key_id", "sae")
);

-- What became of every key. The route and its cost are in the ledger row named by (master_site, ledger_index).
CREATE TABLE "key_lives" (
    "key_id" BYTEA NOT NULL,
    "master_site" TEXT NOT NULL,
    "ledger_index" BIGINT NOT NULL,
    "slave_sites" TEXT[] NOT NULL,
    "bits" INTEGER NOT NULL,
    "requested_at" BIGINT NOT NULL,
    "wrapping_key" INTEGER NOT NULL,
    "remaining" INTEGER NOT NULL,
    "delivered_sites" TEXT[] NOT NULL DEFAULT '{}',
    "delivered_at" BIGINT[] NOT NULL DEFAULT '{}',
    "deleted_at" BIGINT,
    "ended" TEXT,
    "suite" INTEGER,
    "level" INTEGER,
    CONSTRAINT "key_lives_pkey" PRIMARY KEY ("key_id")
) WITH (fillfactor = 80);

CREATE INDEX "key_lives_requested_at_idx" ON "key_lives" ("requested_at");

-- One append-only chain per site: hash = SHA-512(hash before, body); body is deterministic CBOR of the whole row.
CREATE TABLE "ledger_rows" (
    "site" TEXT NOT NULL,
    "index" BIGINT NOT NULL,
    "at" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,
    CONSTRAINT "ledger_rows_pkey" PRIMARY KEY ("site", "index")
);

CREATE INDEX "ledger_rows_heads_idx" ON "ledger_rows" ("site", "index") WHERE "kind" = 'head';

-- Rows arrive in order of time, so a block range index finds a period at almost no cost.
CREATE INDEX "ledger_rows_at_idx" ON "ledger_rows" USING BRIN ("at");

-- The ledger's own count of every link, in bytes: the sum of its rows, kept with each commit.
CREATE TABLE "link_counts" (
    "link" TEXT NOT NULL,
    "generated" BIGINT NOT NULL DEFAULT 0,
    "relayed" BIGINT NOT NULL DEFAULT 0,
    "supplied" BIGINT NOT NULL DEFAULT 0,
    "authentication" BIGINT NOT NULL DEFAULT 0,
    "expired" BIGINT NOT NULL DEFAULT 0,
    "discarded" BIGINT NOT NULL DEFAULT 0,
    "lost_at_restart" BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT "link_counts_pkey" PRIMARY KEY ("link")
) WITH (fillfactor = 50);

-- Statistics for the consumption screen, in buckets of ten seconds; derived from the ledger, never its source.
CREATE TABLE "consumption" (
    "bucket" BIGINT NOT NULL,
    "master_site" TEXT NOT NULL,
    "slave_site" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "suite" INTEGER NOT NULL DEFAULT -1,
    "level" INTEGER NOT NULL DEFAULT -1,
    "bytes" BIGINT NOT NULL,
    "keys" INTEGER NOT NULL,
    CONSTRAINT "consumption_pkey" PRIMARY KEY ("bucket", "master_site", "slave_site", "purpose", "suite", "level")
);
