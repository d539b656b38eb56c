-- CreateTable
CREATE TABLE "provider_details" (
    "server_id" UUID NOT NULL,
    "facts" JSONB NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "provider_details_pkey" PRIMARY KEY ("server_id")
);

-- AddForeignKey
ALTER TABLE "provider_details" ADD CONSTRAINT "provider_details_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "server"("id") ON DELETE CASCADE ON UPDATE CASCADE;
