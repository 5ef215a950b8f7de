-- Keys that a gateway of this process collected and has not stored as copies yet. A kill between the two would lose
-- them: the gateway finds them here when the record comes again. The commit that stores the copies deletes the row.
CREATE TABLE "handed_keys" (
    "key_id" BYTEA NOT NULL,
    "sae" TEXT NOT NULL,
    "master_sae" TEXT NOT NULL,
    "site" TEXT NOT NULL,
    "wrapping_key" INTEGER NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "handed_at" BIGINT NOT NULL,
    CONSTRAINT "handed_keys_pkey" PRIMARY KEY ("key_id", "sae")
);
