/**
 * Reads items in their order, always some of them ahead of the one that is taken.
 *
 * @returns Takes the next item; a failure to read it appears when it is taken.
 */
export function readAhead<T>(
  count: number,
  ahead: number,
  read: (index: number) => Promise<T>,
): () => Promise<T> {
  const started: Promise<T>[] = [];
  let taken = 0;
  let next = 0;
  return () => {
    if (taken >= count) throw new RangeError(`Expected at most ${count} items to be taken`);
    taken++;
    while (next < count && next < taken + ahead) {
      const item = read(next++);
      // Nobody may take it, when the work ends before.
      item.catch(() => undefined);
      started.push(item);
    }
    return started.shift()!;
  };
}
