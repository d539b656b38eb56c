#!/usr/bin/env node
// The program's name on the command line; everything else is built from cli/main.ts.
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  console.error(
    'error: Zavhoz is not built yet.\n       Run "npm start" (or "npm run build") once.',
  );
  process.exitCode = 2;
}
