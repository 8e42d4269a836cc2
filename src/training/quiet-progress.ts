import type { OnProgress } from '../shared/progress.ts';

/**
 * Takes the progress of trainings that are parts of a whole: counts pass, and each notice once for all; that their stages begin and end
 * does not.
 *
 * @param told Notices that were told already.
 */
export function quietProgress(
  onProgress: OnProgress | undefined,
  told: readonly string[],
): OnProgress | undefined {
  if (onProgress === undefined) return undefined;
  const known = new Set(told);
  return (event) => {
    if (event.type === 'progress') onProgress(event);
    if (event.type !== 'notice' || known.has(event.text)) return;
    known.add(event.text);
    onProgress(event);
  };
}
