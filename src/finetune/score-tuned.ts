import type { Tensor } from '../onnx/graph.ts';
import { layOutParameters, packParameters, shareVector } from './parameter-layout.ts';
import { scoreRows } from './score-rows.ts';
import { openTuningSessions } from './tuning-sessions.ts';
import type { TuningProblem, TuningRows } from './tuning.ts';

/** Computes the logits of several parts, `[photos, classes]` each, averaged over their views, with trained parameters. */
export async function scoreTuned(
  problem: TuningProblem,
  parameters: ReadonlyMap<string, Tensor>,
  parts: readonly TuningRows[],
  options: { microBatch: number; workers?: number | undefined; signal?: AbortSignal | undefined },
): Promise<Float32Array[]> {
  const layout = layOutParameters(problem);
  const vector = shareVector(layout.length);
  packParameters(parameters, layout, vector);
  await using sessions = await openTuningSessions(problem, layout, options);
  await sessions.load(vector);
  const logits: Float32Array[] = [];
  for (const rows of parts) {
    logits.push(
      await scoreRows(sessions, rows, { classes: problem.classes, microBatch: options.microBatch }),
    );
  }
  return logits;
}
