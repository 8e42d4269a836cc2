import { uniqueNames } from './unique-names.ts';

/** Gives each class the name of a folder, all different: its own, changed where it is none (`birds/owl`, `..`). Aligned with the labels. */
export function classFolders(labels: readonly string[]): string[] {
  const choose = uniqueNames();
  return labels.map((label) => choose(folderName(label)));
}

/** Makes the name of a class one of a folder. */
export function folderName(label: string): string {
  const name = label.replaceAll(/[/\\\0]/g, '-');
  // Hidden folders are not read.
  return name === '' || name.startsWith('.') ? `class${name}` : name;
}
