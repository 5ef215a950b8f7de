-- Alarms of links and of key managers, with what people noted about them.
CREATE TABLE "alarm_records" (
  "id" TEXT NOT NULL,
  "place" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "cause" TEXT NOT NULL,
  "severity" TEXT NOT NULL,
  "raised_at" BIGINT NOT NULL,
  "cleared_at" BIGINT,
  "acknowledged_at" BIGINT,
  "acknowledged_by" TEXT,
  "note" TEXT,
  CONSTRAINT "alarm_records_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "alarm_records_raised" ON "alarm_records" ("raised_at");

-- What administrators decided: the rules of the levels, the quotas.
CREATE TABLE "administration_policies" (
  "name" TEXT NOT NULL,
  "serial" BIGINT NOT NULL,
  "value" TEXT NOT NULL,
  "changed_at" BIGINT NOT NULL,
  "changed_by" TEXT NOT NULL,
  CONSTRAINT "administration_policies_pkey" PRIMARY KEY ("name")
);

-- The key managers' service, minute by minute. "delays" counts answers by how long they took.
CREATE TABLE "service_minutes" (
  "minute" BIGINT NOT NULL,
  "answered" INTEGER NOT NULL,
  "refused" INTEGER NOT NULL,
  "delay_us" BIGINT NOT NULL,
  "longest_us" BIGINT NOT NULL,
  "delays" INTEGER[] NOT NULL,
  "samples" INTEGER NOT NULL,
  "pairs" BIGINT NOT NULL,
  "pairs_with_key" BIGINT NOT NULL,
  "links" BIGINT NOT NULL,
  "links_usable" BIGINT NOT NULL,
  CONSTRAINT "service_minutes_pkey" PRIMARY KEY ("minute")
);
