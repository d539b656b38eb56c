import { runToExit } from '#app/role.ts';
import { createMemoryPorts } from './memory-ports.ts';

/** The worker role as it is, but its hosts are in memory. */
const { BENCH_HOSTS: folder, BENCH_SOFTWARE_MS: softwareMs } = process.env;
if (folder === undefined) throw new Error('BENCH_HOSTS is not set');
await runToExit(['worker'], createMemoryPorts({ folder, softwareMs: Number(softwareMs ?? 100) }));
