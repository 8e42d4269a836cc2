import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Part } from '../dataset/dataset.ts';
import { loadModel, modelFileName } from '../model/load.ts';
import type { RunRecord } from '../model/run-record.ts';
import { saveFiles } from '../model/save.ts';
import { sealModel } from '../model/seal.ts';
import { encodeModel } from '../onnx/write.ts';
import { renderReport } from '../report/report.ts';
import type { Model } from '../onnx/graph.ts';
import type { RightExample } from '../report/report-options.ts';
import { readPredictions } from '../runs/read-predictions.ts';
import { chooseExamples } from '../training/choose-examples.ts';
import { drawReportPictures } from '../training/report-pictures.ts';
import type { FormerModel } from './open-former.ts';
import type { ResolvedUpdate } from './options.ts';
import { findPhotoRoot } from './photo-root.ts';
import { renameRows } from './rename-rows.ts';
import { renameRun } from './rename-run.ts';
import { splitLabelCell } from './split-label-cell.ts';

/**
 * Gives the classes of a model other names without training: the network and the head stay as they are, byte by byte, and only the names in
 * the model's metadata and in the files beside it change.
 */
export async function renameModel(
  former: FormerModel,
  { changes: { rename }, out, workers, onProgress, signal }: ResolvedUpdate,
): Promise<RunRecord> {
  const { folder, record } = former;
  const names = new Map(rename.map(({ from, to }) => [from, to]));
  const named = (name: string): string => names.get(name) ?? name;
  const model = await renameLabels(folder, named);
  const bytes = sealModel(encodeModel(model));
  const run = renameRun(record, rename, {
    path: resolve(out, modelFileName),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
  });
  const { classes } = record.dataset;
  const files = new Map<string, Uint8Array | string>([
    ['report.html', await renderAgain(former, run, model, named, { workers, signal })],
    ['predictions.csv', await renameRows(join(folder, 'predictions.csv'), classes, named)],
    ['split.csv', await renameRows(join(folder, 'split.csv'), classes, named)],
    ['run.json', `${JSON.stringify(run, null, 2)}\n`],
    [modelFileName, bytes],
  ]);
  await saveFiles(out, files, { onProgress, signal });
  return run;
}

async function renameLabels(folder: string, named: (name: string) => string): Promise<Model> {
  const { model, metadata } = await loadModel(folder);
  const labels = JSON.stringify(metadata.labels.map(named));
  // In their order, so that a name given back gives the same bytes; the seal is of the bytes before.
  const pairs = Object.entries(model.metadata).filter(([key]) => key !== 'regraft.sha256');
  const renamed = pairs.map(([key, value]) => [key, key === 'regraft.labels' ? labels : value]);
  return { ...model, metadata: Object.fromEntries(renamed) as Record<string, string> };
}

/** The report shows photos of mistakes where they are still in their place. */
async function renderAgain(
  former: FormerModel,
  run: RunRecord,
  model: Model,
  named: (name: string) => string,
  options: Pick<ResolvedUpdate, 'workers' | 'signal'>,
): Promise<string> {
  const { root } = await findPhotoRoot(former);
  const files = new Map(former.photos.map(({ path }) => [path, join(root, path)]));
  const examples = chooseExamples(run.dataset.classes, await listRight(former, named));
  const pictures = await drawReportPictures(run, { files, examples }, model, options);
  return renderReport(run, { ...pictures, parts: countParts(former, named) });
}

async function listRight(
  { folder, record: { dataset } }: FormerModel,
  named: (name: string) => string,
): Promise<RightExample[]> {
  if (dataset.task === 'multi-label') return [];
  const rows = await readPredictions(join(folder, 'predictions.csv'), dataset.classes);
  return rows
    .filter(({ right }) => right)
    .map(({ path, label, confidence }) => ({ path, label: named(label), probability: confidence }));
}

function countParts(
  { photos, record: { dataset } }: FormerModel,
  named: (name: string) => string,
): Map<string, Record<Part, number>> {
  const counts = new Map(
    dataset.classes.map((name) => [named(name), { training: 0, validation: 0, test: 0 }]),
  );
  for (const { label, part } of photos) {
    const labels = dataset.task === 'multi-label' ? splitLabelCell(label, dataset.classes) : [label];
    for (const name of labels) {
      const count = counts.get(named(name));
      if (count !== undefined) count[part]++;
    }
  }
  return counts;
}
