-- Keyed fingerprints of every key and key_ID that came from a foreign key manager: none is used twice within 30 days.
CREATE TABLE "seen_keys" (
    "site" TEXT NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "seen_at" BIGINT NOT NULL,
    CONSTRAINT "seen_keys_pkey" PRIMARY KEY ("site", "fingerprint")
);
CREATE INDEX "seen_keys_seen_at_idx" ON "seen_keys" ("seen_at");
