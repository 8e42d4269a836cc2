// Runs ensureWeights in a process of its own: <home> <entry as JSON>. Prints the path.
import type { CatalogueEntry } from '../../catalogue-entry.ts';
import { ensureWeights } from '../weights.ts';

const [home = '', entry = ''] = process.argv.slice(2);
process.stdout.write(await ensureWeights(JSON.parse(entry) as CatalogueEntry, { home }));
