// `npm run bench [-- --json] [-- --only extraction,head,training,accuracy,backbones,import,import-speed,views,unknown,gradient,fine-tuning,export,predict,web,serve]`: every figure that the README claims, in one run.
import { benchAccuracy } from './accuracy.ts';
import { benchBackbones } from './backbones.ts';
import type { BenchResult } from './bench-result.ts';
import { printResults } from './bench-result.ts';
import { benchExport } from './export.ts';
import { benchExtraction } from './extraction.ts';
import { benchGradients } from './gradient.ts';
import { benchFineTuning } from './fine-tuning.ts';
import { benchHeads } from './head.ts';
import { benchImport } from './import.ts';
import { benchImportSpeed } from './import-speed.ts';
import { describeMachine } from './machine.ts';
import { benchPredict } from './predict.ts';
import { benchServe } from './serve.ts';
import { benchTraining } from './training.ts';
import { benchViews } from './views.ts';
import { benchUnknown } from './unknown.ts';
import { benchWeb } from './web.ts';

const parts: Readonly<Record<string, () => Promise<BenchResult[]>>> = {
  extraction: benchExtraction,
  head: benchHeads,
  training: benchTraining,
  accuracy: benchAccuracy,
  backbones: benchBackbones,
  import: benchImport,
  'import-speed': benchImportSpeed,
  views: benchViews,
  unknown: benchUnknown,
  'fine-tuning': benchFineTuning,
  gradient: benchGradients,
  export: benchExport,
  web: benchWeb,
  serve: benchServe,
  predict: benchPredict,
};

const args = process.argv.slice(2);
const only = args.includes('--only')
  ? (args[args.indexOf('--only') + 1] ?? '').split(',')
  : Object.keys(parts);
const missing = only.filter((name) => parts[name] === undefined);
if (missing.length > 0) {
  console.error(`Unknown part ${missing.join(', ')}. Parts: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

const machine = describeMachine();
const all: Record<string, BenchResult[]> = {};
for (const name of only) {
  console.error(`\n${name} …`);
  const results = (await parts[name]?.()) ?? [];
  all[name] = results;
  if (!args.includes('--json') && results.length > 0) printResults(results);
}
if (args.includes('--json')) console.log(JSON.stringify({ machine, parts: all }, null, 2));
else console.error(`\n${machine}`);
