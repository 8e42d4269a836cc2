import type { Photo } from '../src/dataset/dataset.ts';
import { splitPosition } from '../src/dataset/split.ts';

/** Writes a split.csv that gives `count` photos of each class to training, the first by the split's own hash, `validation` more to validation, and the others to test. */
export function drawFew(photos: readonly Photo[], count: number, seed: number, validation = 0): string {
  const taken = new Map<number, number>();
  const position = ({ sha256 }: Photo): number => splitPosition(seed, sha256);
  const drawn = [...photos].sort((a, b) => position(a) - position(b));
  const rows = drawn.map(({ path, label }) => {
    const before = taken.get(label) ?? 0;
    taken.set(label, before + 1);
    const part = before < count ? 'training' : before < count + validation ? 'validation' : 'test';
    return `${path},${part}`;
  });
  return ['path,split', ...rows, ''].join('\n');
}
