CREATE TABLE "users" (
  "id" BYTEA NOT NULL,
  "handle" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "site" TEXT NOT NULL,
  "country" TEXT NOT NULL,
  "roles" TEXT[],
  "kind" TEXT NOT NULL,
  "password_hash" TEXT,
  "oidc_subject" TEXT,
  "disabled" BOOLEAN NOT NULL DEFAULT false,
  "session_version" INTEGER NOT NULL DEFAULT 1,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "users_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "users_id_length" CHECK (octet_length("id") = 16)
);
CREATE UNIQUE INDEX "users_handle_key" ON "users"("handle");
CREATE UNIQUE INDEX "users_oidc_subject_key" ON "users"("oidc_subject");
CREATE INDEX "users_country_name_idx" ON "users"("country", "name");

CREATE TABLE "sessions" (
  "id" BYTEA NOT NULL,
  "user_id" BYTEA NOT NULL,
  "version" INTEGER NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "sessions_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");
CREATE INDEX "sessions_expires_at_idx" ON "sessions"("expires_at");

CREATE TABLE "sign_in_failures" (
  "handle_hash" BYTEA NOT NULL,
  "failures" INTEGER NOT NULL,
  "locked_until" TIMESTAMPTZ(3) NOT NULL,
  "last_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "sign_in_failures_pkey" PRIMARY KEY ("handle_hash")
);
CREATE INDEX "sign_in_failures_last_at_idx" ON "sign_in_failures"("last_at");

CREATE TABLE "certificates" (
  "hash" BYTEA NOT NULL,
  "user_id" BYTEA NOT NULL,
  "device" BYTEA NOT NULL,
  "bytes" BYTEA NOT NULL,
  "not_after" TIMESTAMPTZ(3) NOT NULL,
  "published_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "certificates_pkey" PRIMARY KEY ("hash"),
  CONSTRAINT "certificates_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "certificates_user_id_not_after_idx" ON "certificates"("user_id", "not_after");
CREATE INDEX "certificates_device_idx" ON "certificates"("device");

CREATE TABLE "conversations" (
  "id" BYTEA NOT NULL,
  "head" INTEGER NOT NULL,
  "roster_head" BYTEA NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "conversations_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "members" (
  "conversation_id" BYTEA NOT NULL,
  "user_id" BYTEA NOT NULL,
  "moderator" BOOLEAN NOT NULL,
  CONSTRAINT "members_pkey" PRIMARY KEY ("conversation_id", "user_id"),
  CONSTRAINT "members_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id")
    ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id")
    ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "members_user_id_idx" ON "members"("user_id");

CREATE TABLE "entries" (
  "conversation_id" BYTEA NOT NULL,
  "seq" INTEGER NOT NULL,
  "kind" SMALLINT NOT NULL,
  "client_id" BYTEA NOT NULL,
  "sender" BYTEA NOT NULL,
  "bytes" BYTEA NOT NULL,
  "stored_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "entries_pkey" PRIMARY KEY ("conversation_id", "seq"),
  CONSTRAINT "entries_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "entries_conversation_id_client_id_key" ON "entries"("conversation_id", "client_id");
-- Ciphertext does not compress: trying costs time on every insert.
ALTER TABLE "entries" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;

CREATE TABLE "receipts" (
  "conversation_id" BYTEA NOT NULL,
  "device" BYTEA NOT NULL,
  "kind" SMALLINT NOT NULL,
  "user_id" BYTEA NOT NULL,
  "at" BIGINT NOT NULL,
  "bytes" BYTEA NOT NULL,
  CONSTRAINT "receipts_pkey" PRIMARY KEY ("conversation_id", "device", "kind"),
  CONSTRAINT "receipts_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "health" (
  "id" SMALLINT NOT NULL,
  "checked_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "health_pkey" PRIMARY KEY ("id")
);
