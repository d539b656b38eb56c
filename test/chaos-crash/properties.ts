import type { Known } from './seed-rows.ts';
import type { CrashStage } from './stage.ts';

const OPENED = '🚨';
const RESOLVED = '✅';

/** Whether Telegram was told that the server is well again. */
export const isOver = (stage: CrashStage, server: Known): boolean =>
  stage.toldOf(server).some((text) => text.includes(RESOLVED));

/**
 * What must hold of one broken server, whatever happened to the agent meanwhile: it was rebooted
 * once, it is up, its incident was told once when it began and once when it was over.
 */
export function brokenPromises(stage: CrashStage, server: Known): readonly string[] {
  const { asked, done } = stage.reboots(server.id);
  const told = stage.toldOf(server);
  const opened = told.filter((text) => text.includes(OPENED)).length;
  const resolved = told.filter((text) => text.includes(RESOLVED)).length;
  const { net } = stage.fleet.at(server.address).state;
  const of = (what: string, seen: unknown, wanted: unknown) =>
    seen === wanted ? [] : [`${server.handle}: ${what}: ${seen} instead of ${wanted}`];
  return [
    ...of('reboots asked of the provider', asked, 1),
    ...of('reboots carried out', done, 1),
    ...of('network', net, 'up'),
    ...of('messages that it began', opened, 1),
    ...of('messages that it is over', resolved, 1),
  ];
}

/** Nobody else was touched or spoken of. */
export function bystanders(stage: CrashStage, broken: readonly Known[]): readonly string[] {
  return stage.servers
    .filter((server) => !broken.includes(server))
    .flatMap((server) => [
      ...(stage.reboots(server.id).asked > 0 ? [`${server.handle} was rebooted`] : []),
      ...stage.toldOf(server).map((text) => `${server.handle} was spoken of: ${text}`),
    ]);
}
