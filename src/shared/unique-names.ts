/**
 * Chooses names that are all different: the first candidate that is not taken yet, the last one with a number before it if need be; case
 * counts for nothing, as on some disks.
 */
export function uniqueNames(): (...candidates: readonly string[]) => string {
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
