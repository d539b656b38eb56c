-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "server_status" AS ENUM ('discovered', 'pending_setup', 'provisioning', 'force_rebuild', 'ready', 'in_use', 'error', 'maintenance', 'reserved', 'decommissioned', 'unreachable');

-- CreateEnum
CREATE TYPE "care" AS ENUM ('none', 'watch', 'managed');

-- CreateEnum
CREATE TYPE "address_family" AS ENUM ('ipv4', 'ipv6');

-- CreateEnum
CREATE TYPE "become" AS ENUM ('none', 'sudo', 'sudo_password');

-- CreateEnum
CREATE TYPE "credential_kind" AS ENUM ('root_password', 'ssh_key', 'become_password');

-- CreateEnum
CREATE TYPE "operation_kind" AS ENUM ('provision', 'rebuild');

-- CreateEnum
CREATE TYPE "rebuild_mode" AS ENUM ('reinstall', 'reset');

-- CreateEnum
CREATE TYPE "operation_status" AS ENUM ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'superseded', 'expired');

-- CreateEnum
CREATE TYPE "stop_reason" AS ENUM ('cancel', 'supersede');

-- CreateEnum
CREATE TYPE "step_status" AS ENUM ('started', 'done', 'skipped', 'failed', 'undone', 'undo_failed');

-- CreateEnum
CREATE TYPE "event_type" AS ENUM ('status', 'step', 'task', 'input', 'note');

-- CreateEnum
CREATE TYPE "incident_status" AS ENUM ('detected', 'recovering', 'resolved', 'failed');

-- CreateEnum
CREATE TYPE "severity" AS ENUM ('info', 'warning', 'error', 'critical', 'success');

-- CreateEnum
CREATE TYPE "input_request_kind" AS ENUM ('secret', 'confirm');

-- CreateEnum
CREATE TYPE "input_request_status" AS ENUM ('open', 'answered', 'expired', 'cancelled', 'used');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('viewer', 'operator', 'owner');

-- CreateEnum
CREATE TYPE "scope" AS ENUM ('read', 'operate', 'admin');

-- CreateEnum
CREATE TYPE "outbox_status" AS ENUM ('pending', 'sent', 'failed');

-- CreateTable
CREATE TABLE "provider_account" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "first_sync_at" TIMESTAMPTZ(3),
    "last_sync_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "provider_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "server_group" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "open_ports" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "server_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "server" (
    "id" UUID NOT NULL,
    "handle" TEXT NOT NULL,
    "provider_account_id" UUID NOT NULL,
    "provider_ref" TEXT NOT NULL,
    "status" "server_status" NOT NULL DEFAULT 'discovered',
    "status_before" "server_status",
    "care" "care" NOT NULL DEFAULT 'none',
    "care_by_human" BOOLEAN NOT NULL DEFAULT false,
    "hands_off" BOOLEAN NOT NULL DEFAULT false,
    "group_id" UUID NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "notes" TEXT NOT NULL DEFAULT '',
    "os" TEXT,
    "hostname" TEXT,
    "episode" INTEGER NOT NULL DEFAULT 0,
    "provisioning_attempts" INTEGER NOT NULL DEFAULT 0,
    "last_health_check" TIMESTAMPTZ(3),
    "last_incident" TIMESTAMPTZ(3),
    "missing_since" TIMESTAMPTZ(3),
    "misses" INTEGER NOT NULL DEFAULT 0,
    "missing_from" "server_status",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "server_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "server_connection" (
    "server_id" UUID NOT NULL,
    "ipv4" TEXT,
    "ipv6" TEXT,
    "family" "address_family" NOT NULL DEFAULT 'ipv4',
    "port" INTEGER NOT NULL DEFAULT 22,
    "user" TEXT NOT NULL DEFAULT 'root',
    "become" "become" NOT NULL DEFAULT 'none',
    "jump_server_id" UUID,
    "addresses_by_human" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "server_connection_pkey" PRIMARY KEY ("server_id")
);

-- CreateTable
CREATE TABLE "host_key" (
    "id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credential" (
    "id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "kind" "credential_kind" NOT NULL,
    "user" TEXT NOT NULL,
    "ciphertext" TEXT NOT NULL,
    "fingerprint" TEXT,
    "verified_at" TIMESTAMPTZ(3),
    "superseded_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seq" BIGSERIAL NOT NULL,

    CONSTRAINT "credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fleet_state" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "heartbeat_at" TIMESTAMPTZ(3),
    "epoch" UUID NOT NULL,
    "frozen_at" TIMESTAMPTZ(3),
    "frozen_reason" TEXT,
    "breaker_open_at" TIMESTAMPTZ(3),
    "breaker_reason" TEXT,

    CONSTRAINT "fleet_state_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "incident" (
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "status" "incident_status" NOT NULL DEFAULT 'detected',
    "severity" "severity" NOT NULL,
    "target" TEXT NOT NULL,
    "server_id" UUID,
    "details" TEXT NOT NULL,
    "affected_services" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "operation_id" UUID,
    "taken_by" TEXT,
    "taken_at" TIMESTAMPTZ(3),
    "recovery_attempts" INTEGER NOT NULL DEFAULT 0,
    "detected_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolved_at" TIMESTAMPTZ(3),
    "closed_by" TEXT,
    "close_reason" TEXT,

    CONSTRAINT "incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "incident_event" (
    "id" UUID NOT NULL,
    "incident_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "incident_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operation" (
    "id" UUID NOT NULL,
    "kind" "operation_kind" NOT NULL,
    "server_id" UUID NOT NULL,
    "mode" "rebuild_mode",
    "status" "operation_status" NOT NULL DEFAULT 'queued',
    "stop_requested" "stop_reason",
    "stop_requested_by" TEXT,
    "key" TEXT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "episode" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "graph_version" TEXT,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "current_step" TEXT,
    "percent" INTEGER NOT NULL DEFAULT 0,
    "error" JSONB,
    "wake_at" TIMESTAMPTZ(3),
    "input_request_id" UUID,
    "parked_at" TIMESTAMPTZ(3),
    "unattended_seconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "deadline_at" TIMESTAMPTZ(3),
    "prior_status" "server_status" NOT NULL,
    "prior_status_before" "server_status",
    "event_seq" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "operation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operation_request" (
    "key" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "operation_id" UUID NOT NULL,
    "requested_by" TEXT NOT NULL,
    "joined" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "operation_request_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "operation_step" (
    "operation_id" UUID NOT NULL,
    "step_id" TEXT NOT NULL,
    "status" "step_status" NOT NULL,
    "attempt" INTEGER NOT NULL,
    "memo" JSONB NOT NULL DEFAULT '{}',
    "summary" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "operation_step_pkey" PRIMARY KEY ("operation_id","step_id")
);

-- CreateTable
CREATE TABLE "operation_event" (
    "operation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "type" "event_type" NOT NULL,
    "status" "operation_status",
    "step" TEXT,
    "state" TEXT,
    "text" TEXT NOT NULL,
    "percent" INTEGER NOT NULL,

    CONSTRAINT "operation_event_pkey" PRIMARY KEY ("operation_id","seq")
);

-- CreateTable
CREATE TABLE "lease" (
    "resource" TEXT NOT NULL,
    "holder" JSONB NOT NULL,
    "token" INTEGER NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("resource")
);

-- CreateTable
CREATE TABLE "idempotency_record" (
    "scope" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "body_hash" TEXT NOT NULL,
    "status" INTEGER,
    "body" JSON,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("scope","key")
);

-- CreateTable
CREATE TABLE "input_request" (
    "id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "step_id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "kind" "input_request_kind" NOT NULL,
    "question" TEXT NOT NULL,
    "status" "input_request_status" NOT NULL DEFAULT 'open',
    "answered_by" TEXT,
    "answered_at" TIMESTAMPTZ(3),
    "credential_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "seq" BIGSERIAL NOT NULL,

    CONSTRAINT "input_request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_account" (
    "telegram_id" BIGINT NOT NULL,
    "username" TEXT,
    "first_name" TEXT,
    "last_name" TEXT,
    "language_code" TEXT,
    "role" "role",
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen" TIMESTAMPTZ(3),

    CONSTRAINT "user_account_pkey" PRIMARY KEY ("telegram_id")
);

-- CreateTable
CREATE TABLE "invitation" (
    "id" UUID NOT NULL,
    "code_hash" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "used_by" BIGINT,

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "chat_update" (
    "update_id" BIGINT NOT NULL,
    "chat_id" BIGINT,
    "payload" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processed_at" TIMESTAMPTZ(3),

    CONSTRAINT "chat_update_pkey" PRIMARY KEY ("update_id")
);

-- CreateTable
CREATE TABLE "notification_outbox" (
    "id" UUID NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "receiver" BIGINT NOT NULL,
    "severity" "severity" NOT NULL,
    "kind" TEXT NOT NULL,
    "params" JSONB NOT NULL,
    "server_handle" TEXT,
    "operation_id" UUID,
    "status" "outbox_status" NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimed_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "operation_id" UUID,
    "data" JSONB NOT NULL,
    "prev_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "scope" "scope" NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service" (
    "id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "service_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "port_allocation" (
    "id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "port" INTEGER NOT NULL,
    "service_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "port_allocation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "provider_account_name_key" ON "provider_account"("name");

-- CreateIndex
CREATE UNIQUE INDEX "server_group_name_key" ON "server_group"("name");

-- CreateIndex
CREATE UNIQUE INDEX "server_handle_key" ON "server"("handle");

-- CreateIndex
CREATE INDEX "server_status_idx" ON "server"("status");

-- CreateIndex
CREATE UNIQUE INDEX "server_provider_account_id_provider_ref_key" ON "server"("provider_account_id", "provider_ref");

-- CreateIndex
CREATE UNIQUE INDEX "host_key_server_id_type_key_key" ON "host_key"("server_id", "type", "key");

-- CreateIndex
CREATE UNIQUE INDEX "credential_seq_key" ON "credential"("seq");

-- CreateIndex
CREATE INDEX "credential_server_id_kind_seq_idx" ON "credential"("server_id", "kind", "seq");

-- CreateIndex
CREATE INDEX "incident_target_detected_at_idx" ON "incident"("target", "detected_at");

-- CreateIndex
CREATE INDEX "incident_status_detected_at_idx" ON "incident"("status", "detected_at");

-- CreateIndex
CREATE INDEX "incident_event_incident_id_at_idx" ON "incident_event"("incident_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "operation_key_key" ON "operation"("key");

-- CreateIndex
CREATE INDEX "operation_server_id_created_at_idx" ON "operation"("server_id", "created_at");

-- CreateIndex
CREATE INDEX "operation_status_created_at_idx" ON "operation"("status", "created_at");

-- CreateIndex
CREATE INDEX "operation_request_operation_id_idx" ON "operation_request"("operation_id");

-- CreateIndex
CREATE INDEX "lease_until_idx" ON "lease"("until");

-- CreateIndex
CREATE INDEX "idempotency_record_started_at_idx" ON "idempotency_record"("started_at");

-- CreateIndex
CREATE UNIQUE INDEX "input_request_seq_key" ON "input_request"("seq");

-- CreateIndex
CREATE INDEX "input_request_operation_id_step_id_purpose_seq_idx" ON "input_request"("operation_id", "step_id", "purpose", "seq");

-- CreateIndex
CREATE INDEX "input_request_status_expires_at_idx" ON "input_request"("status", "expires_at");

-- CreateIndex
CREATE INDEX "chat_update_processed_at_update_id_idx" ON "chat_update"("processed_at", "update_id");

-- CreateIndex
CREATE UNIQUE INDEX "notification_outbox_seq_key" ON "notification_outbox"("seq");

-- CreateIndex
CREATE INDEX "notification_outbox_status_receiver_seq_idx" ON "notification_outbox"("status", "receiver", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "notification_outbox_dedupe_key_receiver_key" ON "notification_outbox"("dedupe_key", "receiver");

-- CreateIndex
CREATE UNIQUE INDEX "audit_event_seq_key" ON "audit_event"("seq");

-- CreateIndex
CREATE INDEX "audit_event_target_seq_idx" ON "audit_event"("target", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "service_server_id_name_key" ON "service"("server_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "port_allocation_server_id_port_key" ON "port_allocation"("server_id", "port");

-- AddForeignKey
ALTER TABLE "server" ADD CONSTRAINT "server_provider_account_id_fkey" FOREIGN KEY ("provider_account_id") REFERENCES "provider_account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "server" ADD CONSTRAINT "server_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "server_group"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "server_connection" ADD CONSTRAINT "server_connection_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "server_connection" ADD CONSTRAINT "server_connection_jump_server_id_fkey" FOREIGN KEY ("jump_server_id") REFERENCES "server"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_key" ADD CONSTRAINT "host_key_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credential" ADD CONSTRAINT "credential_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incident" ADD CONSTRAINT "incident_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incident_event" ADD CONSTRAINT "incident_event_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation" ADD CONSTRAINT "operation_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation" ADD CONSTRAINT "operation_input_request_id_fkey" FOREIGN KEY ("input_request_id") REFERENCES "input_request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation_request" ADD CONSTRAINT "operation_request_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation_step" ADD CONSTRAINT "operation_step_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation_event" ADD CONSTRAINT "operation_event_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "input_request" ADD CONSTRAINT "input_request_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "input_request" ADD CONSTRAINT "input_request_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "input_request" ADD CONSTRAINT "input_request_credential_id_fkey" FOREIGN KEY ("credential_id") REFERENCES "credential"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "service" ADD CONSTRAINT "service_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "port_allocation" ADD CONSTRAINT "port_allocation_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "port_allocation" ADD CONSTRAINT "port_allocation_service_id_fkey" FOREIGN KEY ("service_id") REFERENCES "service"("id") ON DELETE CASCADE ON UPDATE CASCADE;
