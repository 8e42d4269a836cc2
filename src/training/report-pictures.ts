import type { RunRecord } from '../model/run-record.ts';
import { makeThumbnail } from '../image/thumbnail.ts';
import type { Model } from '../onnx/graph.ts';
import type { ReportOptions, RightExample } from '../report/report-options.ts';
import { type TracedPhoto, tracePhotos } from './trace-photos.ts';

/** Mistakes that the report shows with their photo, and those of them that it shows the places of. */
const mostThumbnails = 24;
const mostTraced = 12;
const thumbnailPx = 240;

/** The pictures of a report, as `data:` URIs by the path of the photo. */
export type ReportPictures = Required<Pick<ReportOptions, 'thumbnails' | 'heats' | 'examples'>>;

/** The photos that a report may show. */
export interface ReportPhotos {
  /** Absolute paths of the test photos, by their paths in the run. */
  readonly files: ReadonlyMap<string, string>;
  /** Photos that were named right. */
  readonly examples: readonly RightExample[];
}

/** Draws the pictures of a report: the mistakes, a few photos that were named right, and which places of both speak for what was named. */
export async function drawReportPictures(
  run: RunRecord,
  { files, examples }: ReportPhotos,
  graph: Model,
  options: { readonly workers?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<ReportPictures> {
  // Bottleneck files come without their photos.
  if (run.backbone.sha256 === null) return { thumbnails: new Map(), heats: new Map(), examples: [] };
  const mistakes = listMistaken(run).slice(0, mostThumbnails);
  const traced = [...mistakes.slice(0, mostTraced), ...examples].map(({ path, label }): TracedPhoto => ({
    path,
    label,
    file: files.get(path) ?? '',
  }));
  const [thumbnails, heats] = await Promise.all([
    thumbnailsOf([...mistakes, ...examples], files),
    tracePhotos(graph, traced, { ...options, sizePx: thumbnailPx }),
  ]);
  return { thumbnails, heats: new Map([...heats].map(([path, jpeg]) => [path, dataUriOf(jpeg)])), examples };
}

/** The photos with mistakes, and of each the first label that was named wrong or missed. */
function listMistaken(run: RunRecord): { path: string; label: string }[] {
  const photos = new Map<string, string>();
  for (const { path, label } of run.metrics.multiLabel?.mistakes ?? []) {
    if (!photos.has(path)) photos.set(path, label);
  }
  for (const { path, predicted } of run.mistakes) photos.set(path, predicted);
  return [...photos].map(([path, label]) => ({ path, label }));
}

async function thumbnailsOf(
  photos: readonly { readonly path: string }[],
  files: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const thumbnails = new Map<string, string>();
  for (const { path } of photos) {
    // A photo that is gone by now leaves its place in the report empty; it is no reason to lose the training.
    const jpeg = await makeThumbnail(files.get(path) ?? '', thumbnailPx).catch(() => undefined);
    if (jpeg !== undefined) thumbnails.set(path, dataUriOf(jpeg));
  }
  return thumbnails;
}

function dataUriOf(jpeg: Uint8Array): string {
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
}
