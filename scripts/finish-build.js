// Marks the command-line entries executable: tsc writes no file modes.
import { chmodSync } from 'node:fs';

for (const entry of ['main.js', 'regraft.cjs']) {
  chmodSync(new URL(`../dist/cli/${entry}`, import.meta.url), 0o755);
}
