// Checks the folder rules of .dependency-cruiser.cjs; run from the folder that holds the sources.
// Fails as well when a folder's files were not seen: a check that reads nothing is always green.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cruise, format } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const configuration = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const known = [
  ...['adapters', 'api', 'app', 'bench', 'bot', 'cli', 'config', 'domain', 'graph', 'nodes'],
  ...['prisma', 'providers', 'simulators', 'test', 'tools', 'workers'],
];
const hasSources = (folder) =>
  existsSync(folder) &&
  readdirSync(folder, { recursive: true }).some((name) => name.endsWith('.ts'));
const folders = known.filter(hasSources);

if (folders.length === 0) {
  console.error('No sources here. Nothing was checked.');
  process.exit(1);
}
const { output } = await cruise(
  folders,
  { ...configuration.options, ruleSet: { forbidden: configuration.forbidden }, validate: true },
  configuration.options.enhancedResolveOptions,
  { tsConfig: extractTSConfig(join(process.cwd(), 'tsconfig.json')) },
);
const unseen = folders.filter(
  (folder) => !output.modules.some(({ source }) => source.startsWith(`${folder}/`)),
);
if (unseen.length > 0) {
  console.error(`No module seen in: ${unseen.join(', ')}. These were not checked.`);
  process.exitCode = 1;
}
const report = await format(output, { outputType: 'err-long' });
console.log(report.output.trim());
if (output.summary.error > 0) process.exitCode = 1;
