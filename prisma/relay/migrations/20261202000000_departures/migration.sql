-- Whoever was removed from a conversation, or left it, may read its log up to the event that says so, and nothing after.

CREATE TABLE "departures" (
  "conversation_id" BYTEA NOT NULL,
  "user_id" BYTEA NOT NULL,
  "seq" INTEGER NOT NULL,
  CONSTRAINT "departures_pkey" PRIMARY KEY ("conversation_id", "user_id"),
  CONSTRAINT "departures_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id")
    ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "departures_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id")
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "departures_user_id_idx" ON "departures"("user_id");
