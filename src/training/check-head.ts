import type { Dataset } from '../dataset/dataset.ts';
import { RegraftError } from '../errors.ts';
import { type HeadName, multiLabelHeads } from '../head/trainers.ts';

/**
 * Makes sure that a head can learn what the photos are labelled with.
 *
 * @throws RegraftError `INVALID_OPTION` when the photos have several labels and the head takes one
 */
export function checkHead(head: HeadName, { task, name }: Pick<Dataset, 'task' | 'name'>): void {
  if (task === 'single-label' || head === 'auto' || multiLabelHeads.includes(head)) return;
  throw new RegraftError(
    'INVALID_OPTION',
    `Expected ${multiLabelHeads.map((known) => JSON.stringify(known)).join(' or ')} for head, as ${name} has several labels a photo, but received ${JSON.stringify(head)}.`,
    { hint: `Use --head ${multiLabelHeads[0] ?? ''}, or a CSV with the column label and one label a photo.` },
  );
}
