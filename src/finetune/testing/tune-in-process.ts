// Fine-tunes a tiny network in a process of its own: <checkpoint folder> <resume or anew> <ms to wait before each read> <optimizer>.
// Prints a line for each step, and at the end the parameters' SHA-256.
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { resolveTuningSettings } from '../settings.ts';
import { tune } from '../tune.ts';
import { tinyProblem } from './tiny-problem.ts';

const [folder = '', start = '', waitMs = '0', optimizer = 'sgd'] = process.argv.slice(2);
const problem = tinyProblem({ training: 60, views: 3 });
const tuned = await tune(
  {
    ...problem,
    training: {
      ...problem.training,
      read: async (photos, views) => {
        await setTimeout(Number(waitMs));
        return await problem.training.read(photos, views);
      },
    },
  },
  resolveTuningSettings({
    optimizer: optimizer === 'sgd' ? 'sgd' : 'adamw',
    learningRate: 0.02,
    epochs: 4,
    batchSize: 9,
    microBatch: 4,
    average: optimizer === 'sgd' ? null : 0.9,
  }),
  {
    seed: 3,
    workers: 2,
    checkpoint: { folder, key: '{"photos": 60}', resume: start === 'resume', everyMs: 0 },
    onProgress: (event) => {
      if (event.type === 'progress') process.stdout.write(`step ${event.done}\n`);
      if (event.type === 'notice') process.stdout.write(`notice ${event.text}\n`);
    },
  },
);
const hash = createHash('sha256');
for (const { data } of tuned.parameters.values()) hash.update(data as Float32Array);
const losses = tuned.curve.map(({ trainLoss, validationLogLoss }) => [trainLoss, validationLogLoss]);
process.stdout.write(
  `end ${JSON.stringify({ sha256: hash.digest('hex'), losses, best: tuned.bestEpoch })}\n`,
);
