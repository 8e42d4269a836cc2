// Prints `<passed> <failed>` from a vitest JSON report; a file that failed to load counts as one failure.
import { readFileSync } from 'node:fs';

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Report;
const broken = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
process.stdout.write(`${report.numPassedTests} ${report.numFailedTests + broken.length}\n`);
