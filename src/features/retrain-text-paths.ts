import { folderName } from '../shared/class-folders.ts';
import { uniqueNames } from '../shared/unique-names.ts';

/**
 * Chooses where the features of each photo go among the classic's text files: `<class>/<file name of the photo>`, one level deep, as
 * retrain.py reads them. Photos of one class that share a file name get their folders' names before it; a class name that is no
 * folder name (`birds/owl`, `..`) is changed to one.
 *
 * @returns Aligned with the photos, all different, without `.txt`.
 */
export function retrainTextPaths(
  photos: readonly { readonly path: string; readonly label: string }[],
): string[] {
  const folderOf = uniqueNames();
  const folders = new Map<string, string>();
  const nameIn = new Map<string, (...candidates: readonly string[]) => string>();
  return photos.map(({ path, label }) => {
    const folder = folders.get(label) ?? folderOf(folderName(label));
    folders.set(label, folder);
    const choose = nameIn.get(folder) ?? uniqueNames();
    nameIn.set(folder, choose);
    const parts = path.split('/');
    return `${folder}/${choose(parts.at(-1) ?? path, parts.join('-'))}`;
  });
}
