-- Health, recovery, approvals and maintenance.
-- Prisma's driver adapter splits a script at every semicolon, in comments and strings too, so there
-- is none but at the end of a statement. A value that an ALTER TYPE adds may not be used before the
-- transaction's end, so that rules compare its text.

-- CreateEnum
CREATE TYPE "health_state" AS ENUM ('ok', 'degraded', 'failed', 'unknown');

-- CreateEnum
CREATE TYPE "recovery_mode" AS ENUM ('observe', 'ask', 'auto');

-- CreateEnum
CREATE TYPE "rung" AS ENUM ('recheck', 'restart', 'reboot', 'reset_access', 'provision', 'reinstall');

-- CreateEnum
CREATE TYPE "rung_outcome" AS ENUM ('waiting', 'running', 'helped', 'no_help', 'failed', 'skipped', 'would');

-- CreateEnum
CREATE TYPE "approval_status" AS ENUM ('open', 'approved', 'denied', 'expired', 'voided', 'used');

-- CreateEnum
CREATE TYPE "maintenance_scope" AS ENUM ('server', 'group', 'label');

-- AlterEnum
ALTER TYPE "event_type" ADD VALUE 'approval';

-- AlterEnum
ALTER TYPE "operation_kind" ADD VALUE 'recover';

-- AlterTable
ALTER TABLE "fleet_state" ADD COLUMN     "blind_since" TIMESTAMPTZ(3),
ADD COLUMN     "frozen_by" TEXT,
ADD COLUMN     "rearmed_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "incident" ADD COLUMN     "failed_at" TIMESTAMPTZ(3),
ADD COLUMN     "muted" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "reopened" INTEGER NOT NULL DEFAULT 0;

UPDATE "incident" SET "failed_at" = "detected_at";
ALTER TABLE "incident" ALTER COLUMN "failed_at" SET NOT NULL;

-- AlterTable
ALTER TABLE "incident_event" ADD COLUMN     "seq" BIGSERIAL NOT NULL;

-- AlterTable
ALTER TABLE "operation" ADD COLUMN     "approval_id" UUID,
ADD COLUMN     "incident_id" UUID;

-- AlterTable
ALTER TABLE "server" ADD COLUMN     "error_from" "server_status",
ADD COLUMN     "mode" "recovery_mode",
ADD COLUMN     "rebuildable" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "region" TEXT,
ADD COLUMN     "windowed" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "server_group" ADD COLUMN     "expectations" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "highest_rung" "rung" NOT NULL DEFAULT 'reboot',
ADD COLUMN     "mode" "recovery_mode" NOT NULL DEFAULT 'ask',
ADD COLUMN     "weight" INTEGER NOT NULL DEFAULT 100;

-- AlterTable
ALTER TABLE "service" ADD COLUMN     "checks" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "server_health" (
    "server_id" UUID NOT NULL,
    "state" "health_state" NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "missing_since" TIMESTAMPTZ(3),
    "misses" INTEGER NOT NULL,
    "goods" INTEGER NOT NULL,
    "fresh_goods" INTEGER NOT NULL,
    "recent" TEXT NOT NULL,
    "flapping" BOOLEAN NOT NULL,
    "checks" INTEGER NOT NULL,
    "last_check_at" TIMESTAMPTZ(3),
    "last_good_at" TIMESTAMPTZ(3),
    "report" JSONB,
    "latency_ms" REAL,
    "boot_id" TEXT,

    CONSTRAINT "server_health_pkey" PRIMARY KEY ("server_id")
);

-- CreateTable
CREATE TABLE "health_sample" (
    "server_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "state" "health_state" NOT NULL,
    "latency_ms" REAL,
    "disk_percent" REAL,
    "memory_percent" REAL,
    "load_percent" REAL,

    CONSTRAINT "health_sample_pkey" PRIMARY KEY ("server_id","at")
) PARTITION BY RANGE ("at");

-- Takes what has no day yet, so that no sample is lost.
CREATE TABLE "health_sample_default" PARTITION OF "health_sample" DEFAULT;

-- CreateTable
CREATE TABLE "health_hour" (
    "server_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "checks" INTEGER NOT NULL,
    "good" INTEGER NOT NULL,
    "bad" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "answered" INTEGER NOT NULL,
    "latency_sum" DOUBLE PRECISION NOT NULL,
    "latency_max" REAL,

    CONSTRAINT "health_hour_pkey" PRIMARY KEY ("server_id","hour")
);

-- CreateTable
CREATE TABLE "health_day" (
    "server_id" UUID NOT NULL,
    "day" TIMESTAMPTZ(3) NOT NULL,
    "checks" INTEGER NOT NULL,
    "good" INTEGER NOT NULL,
    "bad" INTEGER NOT NULL,
    "unknown" INTEGER NOT NULL,
    "answered" INTEGER NOT NULL,
    "latency_sum" DOUBLE PRECISION NOT NULL,
    "latency_max" REAL,

    CONSTRAINT "health_day_pkey" PRIMARY KEY ("server_id","day")
);

-- CreateTable
CREATE TABLE "witness" (
    "name" TEXT NOT NULL,
    "answered_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "witness_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "maintenance_window" (
    "id" UUID NOT NULL,
    "scope" "maintenance_scope" NOT NULL,
    "target" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,

    CONSTRAINT "maintenance_window_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recovery_rung" (
    "id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "incident_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "rung" "rung" NOT NULL,
    "attempt" INTEGER NOT NULL,
    "permit" TEXT NOT NULL,
    "outcome" "rung_outcome" NOT NULL,
    "reason" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "seq" BIGSERIAL NOT NULL,

    CONSTRAINT "recovery_rung_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval" (
    "id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "step_id" TEXT NOT NULL,
    "server_id" UUID NOT NULL,
    "incident_id" UUID,
    "tool" TEXT NOT NULL,
    "arguments" JSONB NOT NULL,
    "facts" JSONB NOT NULL,
    "hash" TEXT NOT NULL,
    "effect" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "lost" TEXT NOT NULL,
    "undo" TEXT NOT NULL,
    "status" "approval_status" NOT NULL DEFAULT 'open',
    "round" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_by" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "note" TEXT,
    "seq" BIGSERIAL NOT NULL,

    CONSTRAINT "approval_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "health_sample_at_idx" ON "health_sample" USING BRIN ("at");

-- CreateIndex
CREATE INDEX "health_hour_hour_idx" ON "health_hour"("hour");

-- CreateIndex
CREATE INDEX "health_day_day_idx" ON "health_day"("day");

-- CreateIndex
CREATE INDEX "maintenance_window_ends_at_idx" ON "maintenance_window"("ends_at");

-- CreateIndex
CREATE UNIQUE INDEX "recovery_rung_seq_key" ON "recovery_rung"("seq");

-- CreateIndex
CREATE INDEX "recovery_rung_incident_id_seq_idx" ON "recovery_rung"("incident_id", "seq");

-- CreateIndex
CREATE INDEX "recovery_rung_outcome_started_at_idx" ON "recovery_rung"("outcome", "started_at");

-- CreateIndex
CREATE INDEX "recovery_rung_server_id_started_at_idx" ON "recovery_rung"("server_id", "started_at");

-- CreateIndex
CREATE UNIQUE INDEX "recovery_rung_operation_id_rung_attempt_key" ON "recovery_rung"("operation_id", "rung", "attempt");

-- CreateIndex
CREATE UNIQUE INDEX "approval_seq_key" ON "approval"("seq");

-- CreateIndex
CREATE INDEX "approval_operation_id_step_id_seq_idx" ON "approval"("operation_id", "step_id", "seq");

-- CreateIndex
CREATE INDEX "approval_status_expires_at_idx" ON "approval"("status", "expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "incident_event_seq_key" ON "incident_event"("seq");

-- AddForeignKey
ALTER TABLE "operation" ADD CONSTRAINT "operation_approval_id_fkey" FOREIGN KEY ("approval_id") REFERENCES "approval"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation" ADD CONSTRAINT "operation_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "server_health" ADD CONSTRAINT "server_health_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_rung" ADD CONSTRAINT "recovery_rung_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_rung" ADD CONSTRAINT "recovery_rung_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_rung" ADD CONSTRAINT "recovery_rung_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval" ADD CONSTRAINT "approval_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval" ADD CONSTRAINT "approval_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approval" ADD CONSTRAINT "approval_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What schema.prisma cannot say. Each name stands in prisma/database-rules.ts.

-- One open question per operation and step.
CREATE UNIQUE INDEX "approval_one_open" ON "approval" ("operation_id", "step_id")
  WHERE "status" = 'open';

ALTER TABLE "approval"
  ADD CONSTRAINT "approval_hash" CHECK ("hash" ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT "approval_decided" CHECK (
    "status" NOT IN ('approved', 'denied', 'used') OR "decided_by" IS NOT NULL
  ),
  ADD CONSTRAINT "approval_round" CHECK ("round" > 0);

ALTER TABLE "incident" ADD CONSTRAINT "incident_reopened" CHECK ("reopened" >= 0);

ALTER TABLE "maintenance_window"
  ADD CONSTRAINT "maintenance_window_order" CHECK ("starts_at" < "ends_at");

ALTER TABLE "operation"
  ADD CONSTRAINT "operation_incident" CHECK (("kind"::text = 'recover') = ("incident_id" IS NOT NULL));

ALTER TABLE "recovery_rung"
  ADD CONSTRAINT "recovery_rung_attempt" CHECK ("attempt" > 0),
  ADD CONSTRAINT "recovery_rung_finished" CHECK (
    ("outcome" IN ('waiting', 'running')) = ("finished_at" IS NULL)
  );

ALTER TABLE "server"
  ADD CONSTRAINT "server_error_from" CHECK ("error_from" IN ('ready', 'in_use'));

ALTER TABLE "server_group"
  ADD CONSTRAINT "server_group_weight" CHECK ("weight" BETWEEN 0 AND 1000);

-- Both are written for many servers each second: room to do that in place.
ALTER TABLE "server_health" SET (fillfactor = 50);
ALTER TABLE "server" SET (fillfactor = 70);
