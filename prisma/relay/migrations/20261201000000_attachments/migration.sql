-- Sealed files. They live beside the messages, in the database: every web process reads the same, a chunk is durable
-- in the commit that acknowledges it, and a backup of the database is a backup of everything the relay keeps.

CREATE TABLE "attachments" (
  "id" BYTEA NOT NULL,
  "conversation_id" BYTEA NOT NULL,
  "uploader" BYTEA NOT NULL,
  "size" BIGINT NOT NULL,
  "chunks" INTEGER NOT NULL,
  "stored" INTEGER NOT NULL DEFAULT 0,
  "touched_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "complete_at" TIMESTAMPTZ(3),
  CONSTRAINT "attachments_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "attachments_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id")
    ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "attachments_uploader_fkey" FOREIGN KEY ("uploader") REFERENCES "users"("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "attachments_uploader_idx" ON "attachments"("uploader");
CREATE INDEX "attachments_touched_at_idx" ON "attachments"("touched_at");

CREATE TABLE "attachment_chunks" (
  "attachment_id" BYTEA NOT NULL,
  "position" INTEGER NOT NULL,
  "bytes" BYTEA NOT NULL,
  CONSTRAINT "attachment_chunks_pkey" PRIMARY KEY ("attachment_id", "position"),
  CONSTRAINT "attachment_chunks_attachment_id_fkey" FOREIGN KEY ("attachment_id") REFERENCES "attachments"("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
-- Ciphertext does not compress: trying costs time on every insert.
ALTER TABLE "attachment_chunks" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;
