import type { Server } from '#domain/server.ts';

/** A deploy of ours within this time is the first suspect. */
export const SUSPECT_SECONDS = 900;

/**
 * The release that a recovery would roll back before any rung. Services are not deployed by this
 * version, so there never is one; deployments put their lookup here.
 */
export async function recentDeploy(_server: Server): Promise<{ rollBack(): Promise<void> } | null> {
  return null;
}
