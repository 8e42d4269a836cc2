// Fine-tunes a network of 8 million parameters for a few steps in a process of its own: <rows that a worker runs at once>. Prints the peak
// of its resident memory and the estimate, both in bytes.
import { bytesPerRow } from '../../onnx/gradient/bytes-per-row.ts';
import { resolveTuningSettings } from '../settings.ts';
import { tune } from '../tune.ts';
import { estimateTuningMemory } from '../tuning-memory.ts';
import { tinyProblem } from './tiny-problem.ts';

const microBatch = Number(process.argv[2]);
const problem = tinyProblem({
  training: 64,
  views: 1,
  shape: { columns: 2000, hidden: 4000, classes: 3 },
});
const settings = resolveTuningSettings({ epochs: 5, batchSize: 16, microBatch, learningRate: 1e-4 });
await tune(problem, settings, { seed: 1, workers: 2 });
const parameters = [...problem.parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
const estimate = estimateTuningMemory(parameters, bytesPerRow(problem.gradient), settings, 2);
process.stdout.write(JSON.stringify({ peak: process.resourceUsage().maxRSS * 1024, estimate }));
