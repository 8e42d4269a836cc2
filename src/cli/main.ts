#!/usr/bin/env node
import { leave } from './leave.ts';
import { readVersion } from '../version.ts';

// `--version` answers before anything else is loaded.
const [first] = process.argv.slice(2);
if (first === '--version' || first === '-V') {
  process.stdout.write(`${readVersion()}\n`);
} else {
  const { runCommandLine } = await import('./run.ts');
  await leave(await runCommandLine(process.argv.slice(2)));
}
