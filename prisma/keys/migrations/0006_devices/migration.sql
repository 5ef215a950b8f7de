-- What a device calls itself, and when it last opened its channel.
ALTER TABLE "gateway_device" ADD COLUMN "label" TEXT NOT NULL DEFAULT '';
ALTER TABLE "gateway_device" ADD COLUMN "last_seen" BIGINT;

-- The newest signed list of every other site's revoked devices. Devices get the lists as signed, so single
-- revocations are not kept any more.
CREATE TABLE "gateway_revocation_list" (
  "site" TEXT NOT NULL,
  "list_site" TEXT NOT NULL,
  "list" BYTEA NOT NULL,
  CONSTRAINT "gateway_revocation_list_pkey" PRIMARY KEY ("site", "list_site")
);
DROP TABLE "gateway_revocation";
