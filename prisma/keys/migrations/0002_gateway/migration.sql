-- Site gateways. Times are milliseconds UTC, identifiers 16 bytes, record hashes 64 bytes (SHA-512).
-- "site" is always the gateway that holds the row: gateways that share a database never read each other's rows.

CREATE TABLE "gateway_device" (
  "site" TEXT NOT NULL,
  "device" BYTEA NOT NULL,
  "user" BYTEA NOT NULL,
  "name" TEXT NOT NULL,
  "roles" TEXT NOT NULL,
  "ed25519_key" BYTEA NOT NULL,
  "ml_dsa_key" BYTEA NOT NULL,
  "sealing_key" BYTEA NOT NULL,
  "state" TEXT NOT NULL CHECK ("state" IN ('pending', 'certified', 'revoked')),
  -- The one device of a user that open mode certifies without approval.
  "first" BOOLEAN NOT NULL,
  "assurance" SMALLINT NOT NULL,
  "enrolled_at" BIGINT NOT NULL,
  "certificate" BYTEA,
  "certificate_hash" BYTEA,
  "not_after" BIGINT,
  "revoked_at" BIGINT,
  CONSTRAINT "gateway_device_pkey" PRIMARY KEY ("site", "device")
);
CREATE UNIQUE INDEX "gateway_device_first" ON "gateway_device" ("site", "user") WHERE "first";
CREATE INDEX "gateway_device_certificate" ON "gateway_device" ("certificate_hash");

-- Shared with one device and never with another; wrapped under the site's wrapping key.
CREATE TABLE "gateway_access_secret" (
  "site" TEXT NOT NULL,
  "device" BYTEA NOT NULL,
  "generation" INTEGER NOT NULL,
  -- False until the device has shown that it keeps this one.
  "confirmed" BOOLEAN NOT NULL,
  "wrapped" BYTEA NOT NULL,
  "created_at" BIGINT NOT NULL,
  CONSTRAINT "gateway_access_secret_pkey" PRIMARY KEY ("site", "device", "generation")
);

-- Draw records, as master (device and request are set, unique for ever) and as receiver.
-- After 30 days a master's row keeps its request and loses the record; a receiver's row is deleted.
CREATE TABLE "gateway_record" (
  "site" TEXT NOT NULL,
  "record_hash" BYTEA NOT NULL,
  "record" BYTEA,
  "master_site" TEXT NOT NULL,
  "device" BYTEA,
  "request" BYTEA,
  "drawn_at" BIGINT NOT NULL,
  "expiry" BIGINT NOT NULL,
  "voided_at" BIGINT,
  CONSTRAINT "gateway_record_pkey" PRIMARY KEY ("site", "record_hash")
);
CREATE UNIQUE INDEX "gateway_record_request" ON "gateway_record" ("site", "device", "request");

-- The spent register: permanent. A key_ID enters a gateway once, whoever hands it over.
CREATE TABLE "gateway_spent" (
  "site" TEXT NOT NULL,
  "master_site" TEXT NOT NULL,
  "key_id" BYTEA NOT NULL,
  "record_hash" BYTEA NOT NULL,
  CONSTRAINT "gateway_spent_pkey" PRIMARY KEY ("site", "master_site", "key_id")
);

CREATE TABLE "gateway_sealing_context" (
  "site" TEXT NOT NULL,
  "context" BYTEA NOT NULL,
  "device" BYTEA NOT NULL,
  "encapsulation" BYTEA NOT NULL,
  "generation" INTEGER NOT NULL,
  "created_at" BIGINT NOT NULL,
  CONSTRAINT "gateway_sealing_context_pkey" PRIMARY KEY ("site", "context")
);

-- Keys sealed to a device, kept until it acknowledges or for 30 days.
CREATE TABLE "gateway_copy" (
  "site" TEXT NOT NULL,
  "device" BYTEA NOT NULL,
  "record_hash" BYTEA NOT NULL,
  "context" BYTEA NOT NULL,
  "position" INTEGER NOT NULL,
  "sealed" BYTEA NOT NULL,
  "created_at" BIGINT NOT NULL,
  CONSTRAINT "gateway_copy_pkey" PRIMARY KEY ("site", "device", "record_hash")
);
CREATE INDEX "gateway_copy_record" ON "gateway_copy" ("site", "record_hash");

-- Notices for other gateways, in order, until they are accepted or expire.
CREATE TABLE "gateway_outbox" (
  "site" TEXT NOT NULL,
  -- Rising within a site: microseconds of the time of writing.
  "id" BIGINT NOT NULL,
  "peer" TEXT NOT NULL,
  "kind" TEXT NOT NULL CHECK ("kind" IN ('record', 'void', 'revocation')),
  "subject" BYTEA NOT NULL,
  "body" BYTEA,
  "expiry" BIGINT NOT NULL,
  CONSTRAINT "gateway_outbox_pkey" PRIMARY KEY ("site", "id")
);

-- Keys of one day that authenticate notices from one gateway to another, drawn over QKD by the sending one.
CREATE TABLE "gateway_pair_key" (
  "site" TEXT NOT NULL,
  "peer" TEXT NOT NULL,
  "direction" TEXT NOT NULL CHECK ("direction" IN ('out', 'in')),
  "key_id" BYTEA NOT NULL,
  "wrapped" BYTEA NOT NULL,
  "created_at" BIGINT NOT NULL,
  CONSTRAINT "gateway_pair_key_pkey" PRIMARY KEY ("site", "peer", "direction", "key_id")
);

-- Records voided by their master before they arrived here.
CREATE TABLE "gateway_void" (
  "site" TEXT NOT NULL,
  "record_hash" BYTEA NOT NULL,
  "expiry" BIGINT NOT NULL,
  CONSTRAINT "gateway_void_pkey" PRIMARY KEY ("site", "record_hash")
);

-- Devices of other sites that their own site revoked.
CREATE TABLE "gateway_revocation" (
  "site" TEXT NOT NULL,
  "device" BYTEA NOT NULL,
  "device_site" TEXT NOT NULL,
  "revoked_at" BIGINT NOT NULL,
  CONSTRAINT "gateway_revocation_pkey" PRIMARY KEY ("site", "device_site", "device")
);

-- Nonces of accepted commands, kept until the command would have expired anyway.
CREATE TABLE "gateway_command" (
  "nonce" BYTEA NOT NULL,
  "expiry" BIGINT NOT NULL,
  CONSTRAINT "gateway_command_pkey" PRIMARY KEY ("nonce")
);
