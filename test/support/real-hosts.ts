import { describe, inject } from 'vitest';

/** `describe` for tests on real hosts: skipped where no Docker engine answers, which the run says in one line. */
export const describeRealHosts = inject('docker') ? describe : describe.skip;
