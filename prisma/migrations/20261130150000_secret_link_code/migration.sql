-- AlterTable
ALTER TABLE "secret_link" ADD COLUMN     "code_hash" TEXT,
ADD COLUMN     "code_tries" INTEGER NOT NULL DEFAULT 0;
