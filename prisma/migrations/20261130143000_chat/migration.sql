-- CreateEnum
CREATE TYPE "channel" AS ENUM ('telegram', 'webhook');

-- CreateEnum
CREATE TYPE "card_subject" AS ENUM ('incident', 'operation', 'approval');

-- CreateEnum
CREATE TYPE "subscription_scope" AS ENUM ('all', 'group', 'label');

-- CreateEnum
CREATE TYPE "chat_order_status" AS ENUM ('asked', 'confirmed', 'declined', 'expired');

-- AlterEnum

ALTER TYPE "operation_kind" ADD VALUE 'reboot';
ALTER TYPE "operation_kind" ADD VALUE 'deploy';

-- AlterEnum
ALTER TYPE "outbox_status" ADD VALUE 'combined';

-- DropIndex
DROP INDEX "notification_outbox_dedupe_key_receiver_key";

-- AlterTable
ALTER TABLE "api_token" ADD COLUMN     "owner_id" BIGINT;

-- AlterTable
ALTER TABLE "incident" ADD COLUMN     "escalated_at" TIMESTAMPTZ(3),
ADD COLUMN     "escalation" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "invitation" ADD COLUMN     "created_by" TEXT;

-- AlterTable
ALTER TABLE "notification_outbox" ADD COLUMN     "channel" "channel" NOT NULL DEFAULT 'telegram',
ADD COLUMN     "incident_id" UUID,
ADD COLUMN     "thread_id" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "operation" ADD COLUMN     "not_before" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "user_account" ADD COLUMN     "language" TEXT,
ADD COLUMN     "time_zone" TEXT;

-- CreateTable
CREATE TABLE "chat" (
    "chat_id" BIGINT NOT NULL,
    "thread_id" INTEGER NOT NULL DEFAULT 0,
    "title" TEXT NOT NULL,
    "language" TEXT,
    "time_zone" TEXT,
    "added_by" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "chat_pkey" PRIMARY KEY ("chat_id","thread_id")
);

-- CreateTable
CREATE TABLE "subscription" (
    "id" UUID NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "thread_id" INTEGER NOT NULL DEFAULT 0,
    "min_severity" "severity" NOT NULL,
    "scope" "subscription_scope" NOT NULL DEFAULT 'all',
    "target" TEXT NOT NULL DEFAULT '',
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subscription_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "preference" (
    "chat_id" BIGINT NOT NULL,
    "thread_id" INTEGER NOT NULL DEFAULT 0,
    "quiet_from" INTEGER,
    "quiet_until" INTEGER,
    "digest_at" INTEGER,
    "digested_at" TIMESTAMPTZ(3),

    CONSTRAINT "preference_pkey" PRIMARY KEY ("chat_id","thread_id")
);

-- CreateTable
CREATE TABLE "chat_mute" (
    "chat_id" BIGINT NOT NULL,
    "thread_id" INTEGER NOT NULL DEFAULT 0,
    "incident_id" UUID NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "chat_mute_pkey" PRIMARY KEY ("chat_id","thread_id","incident_id")
);

-- CreateTable
CREATE TABLE "on_call_slot" (
    "id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "telegram_id" BIGINT,
    "after_minutes" INTEGER NOT NULL DEFAULT 10,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "on_call_slot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "chat_card" (
    "id" UUID NOT NULL,
    "subject" "card_subject" NOT NULL,
    "subject_id" UUID NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "thread_id" INTEGER NOT NULL DEFAULT 0,
    "message_id" BIGINT NOT NULL,
    "shown" TEXT NOT NULL,
    "closed" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "edited_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "chat_card_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "chat_order" (
    "id" TEXT NOT NULL,
    "verb" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "arguments" JSONB NOT NULL DEFAULT '{}',
    "asked_by" BIGINT NOT NULL,
    "chat_id" BIGINT NOT NULL,
    "thread_id" INTEGER NOT NULL DEFAULT 0,
    "facts_hash" TEXT NOT NULL,
    "status" "chat_order_status" NOT NULL DEFAULT 'asked',
    "operation_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "chat_order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "secret_link" (
    "id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "credential_id" UUID NOT NULL,
    "owner_id" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "secret_link_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "subscription_chat_id_thread_id_scope_target_key" ON "subscription"("chat_id", "thread_id", "scope", "target");

-- CreateIndex
CREATE UNIQUE INDEX "on_call_slot_position_key" ON "on_call_slot"("position");

-- CreateIndex
CREATE INDEX "chat_card_closed_subject_idx" ON "chat_card"("closed", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "chat_card_subject_subject_id_chat_id_thread_id_key" ON "chat_card"("subject", "subject_id", "chat_id", "thread_id");

-- CreateIndex
CREATE INDEX "chat_order_asked_by_status_idx" ON "chat_order"("asked_by", "status");

-- CreateIndex
CREATE UNIQUE INDEX "secret_link_hash_key" ON "secret_link"("hash");

-- CreateIndex
CREATE INDEX "notification_outbox_receiver_sent_at_idx" ON "notification_outbox"("receiver", "sent_at");

-- CreateIndex
CREATE UNIQUE INDEX "notification_outbox_dedupe_key_channel_receiver_thread_id_key" ON "notification_outbox"("dedupe_key", "channel", "receiver", "thread_id");

-- AddForeignKey
ALTER TABLE "chat_mute" ADD CONSTRAINT "chat_mute_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "secret_link" ADD CONSTRAINT "secret_link_credential_id_fkey" FOREIGN KEY ("credential_id") REFERENCES "credential"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What schema.prisma cannot say. Each name stands in prisma/database-rules.ts.

-- The code printed at start is one at a time. People may invite several others.
DROP INDEX "invitation_one_open";
CREATE UNIQUE INDEX "invitation_one_open" ON "invitation" ("role")
  WHERE "used_at" IS NULL AND "created_by" IS NULL;

ALTER TABLE "preference"
  ADD CONSTRAINT "preference_minutes" CHECK (
    ("quiet_from" IS NULL) = ("quiet_until" IS NULL)
    AND "quiet_from" BETWEEN 0 AND 1439 AND "quiet_until" BETWEEN 0 AND 1439
    AND "digest_at" BETWEEN 0 AND 1439
  );
ALTER TABLE "subscription"
  ADD CONSTRAINT "subscription_target" CHECK (("scope" = 'all') = ("target" = ''));
ALTER TABLE "on_call_slot"
  ADD CONSTRAINT "on_call_slot_counts" CHECK ("position" > 0 AND "after_minutes" BETWEEN 1 AND 1440);
ALTER TABLE "incident" ADD CONSTRAINT "incident_escalation" CHECK ("escalation" >= 0);
ALTER TABLE "user_account" ADD CONSTRAINT "user_language" CHECK ("language" IN ('en', 'ru'));
