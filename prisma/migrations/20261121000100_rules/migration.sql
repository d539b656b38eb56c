-- What schema.prisma cannot say. Each name stands in prisma/database-rules.ts.
-- Prisma's driver adapter splits a script at every semicolon, in comments and strings too, so there
-- is none but at the end of a statement.

-- One open incident per target and type.
CREATE UNIQUE INDEX "incident_one_open" ON "incident" ("target", "type")
  WHERE "status" IN ('detected', 'recovering');

-- One active operation per server, where one that was told to stop makes room for the next.
CREATE UNIQUE INDEX "operation_one_active" ON "operation" ("server_id")
  WHERE "status" IN ('queued', 'running', 'waiting') AND "stop_requested" IS NULL;

-- One open question per operation, step and purpose.
CREATE UNIQUE INDEX "input_request_one_open" ON "input_request" ("operation_id", "step_id", "purpose")
  WHERE "status" = 'open';

-- One code that still works per role.
CREATE UNIQUE INDEX "invitation_one_open" ON "invitation" ("role") WHERE "used_at" IS NULL;

ALTER TABLE "server"
  ADD CONSTRAINT "server_handle_form" CHECK ("handle" ~ '^[a-z][a-z0-9-]{0,62}$'),
  ADD CONSTRAINT "server_counts" CHECK ("episode" >= 0 AND "provisioning_attempts" >= 0 AND "misses" >= 0);

ALTER TABLE "server_connection"
  ADD CONSTRAINT "server_connection_port" CHECK ("port" BETWEEN 1 AND 65535),
  ADD CONSTRAINT "server_connection_jump" CHECK ("jump_server_id" <> "server_id");

ALTER TABLE "port_allocation"
  ADD CONSTRAINT "port_allocation_port" CHECK ("port" BETWEEN 1 AND 65535);

ALTER TABLE "operation"
  ADD CONSTRAINT "operation_percent" CHECK ("percent" BETWEEN 0 AND 100),
  ADD CONSTRAINT "operation_mode" CHECK (("kind" = 'rebuild') = ("mode" IS NOT NULL)),
  ADD CONSTRAINT "operation_finished" CHECK (
    ("status" IN ('queued', 'running', 'waiting')) = ("finished_at" IS NULL)
  ),
  ADD CONSTRAINT "operation_counts" CHECK ("attempt" >= 0 AND "fence" >= 0 AND "event_seq" >= 0);

ALTER TABLE "operation_event"
  ADD CONSTRAINT "operation_event_seq" CHECK ("seq" > 0),
  ADD CONSTRAINT "operation_event_percent" CHECK ("percent" BETWEEN 0 AND 100),
  ADD CONSTRAINT "operation_event_status" CHECK (("type" = 'status') = ("status" IS NOT NULL));

ALTER TABLE "incident"
  ADD CONSTRAINT "incident_resolved" CHECK (
    ("status" IN ('detected', 'recovering')) = ("resolved_at" IS NULL)
  );

-- An answered question for a secret has one, sealed, and no other has.
ALTER TABLE "input_request"
  ADD CONSTRAINT "input_request_secret" CHECK (
    ("kind" = 'secret' AND "status" IN ('answered', 'used')) = ("credential_id" IS NOT NULL)
  );

-- The seal's format, so that no plain text gets in by mistake.
ALTER TABLE "credential" ADD CONSTRAINT "credential_sealed" CHECK ("ciphertext" LIKE 'v1:%:%:%:%');

ALTER TABLE "fleet_state" ADD CONSTRAINT "fleet_state_one" CHECK ("id" = 1);
INSERT INTO "fleet_state" ("id", "epoch") VALUES (1, gen_random_uuid());

INSERT INTO "server_group" ("id", "name", "description")
VALUES (gen_random_uuid(), 'default', 'Servers without a group of their own');

-- Audit events are added, never changed. \x3b is the semicolon of the function's one statement.
CREATE FUNCTION "audit_event_refuse"() RETURNS trigger LANGUAGE plpgsql AS
  E'BEGIN RAISE insufficient_privilege USING MESSAGE = ''audit_event is append-only''\x3b END';

CREATE TRIGGER "audit_event_append_only"
  BEFORE UPDATE OR DELETE ON "audit_event"
  FOR EACH ROW EXECUTE FUNCTION "audit_event_refuse"();

CREATE TRIGGER "audit_event_no_truncate"
  BEFORE TRUNCATE ON "audit_event"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_event_refuse"();
