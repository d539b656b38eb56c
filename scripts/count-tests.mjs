// node scripts/count-tests.mjs REPORT EXIT-CODE: the last line of .ci/run, from the test runner's own report.
// Exits with 1 when a test failed, none ran, or the report is missing.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const skipped = report.numPendingTests + report.numTodoTests;
// A file that cannot be loaded fails without a single test in it.
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
).length;
// An error outside any test, or a set-up that failed, shows in the runner's exit code alone.
const elsewhere = Number(process.argv[3] ?? 0) === 0 ? 0 : 1;
const failed = report.numFailedTests + brokenFiles || elsewhere;
console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || report.numPassedTests === 0 || !report.success ? 1 : 0;
