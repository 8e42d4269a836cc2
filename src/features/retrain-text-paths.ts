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

function folderName(label: string): string {
  const name = label.replaceAll(/[/\\\0]/g, '-');
  // Hidden folders are not read.
  return name === '' || name.startsWith('.') ? `class${name}` : name;
}

/** Gives the first candidate that is not taken yet, the last one with a number if need be; case counts for nothing, as on some disks. */
function uniqueNames(): (...candidates: readonly string[]) => string {
  const taken = new Set<string>();
  return (...candidates) => {
    const last = candidates.at(-1) ?? '';
    let chosen = candidates.find((name) => !taken.has(name.toLowerCase()));
    for (let number = 2; chosen === undefined; number++) {
      if (!taken.has(`${number}-${last}`.toLowerCase())) chosen = `${number}-${last}`;
    }
    taken.add(chosen.toLowerCase());
    return chosen;
  };
}
