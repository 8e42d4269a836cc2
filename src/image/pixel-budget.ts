/** Lets so much work begin at once that its pixels stay within a limit. */
export interface PixelBudget {
  /**
   * Runs work on so many pixels when there is room for them; work begins in the order in which it was asked for. More pixels than
   * the limit run alone.
   */
  spend<T>(pixels: number, work: () => Promise<T>): Promise<T>;
}

/** Makes a budget of so many pixels. */
export function pixelBudget(limit: number): PixelBudget {
  const waiting: { readonly pixels: number; readonly begin: () => void }[] = [];
  let spent = 0;

  const beginWhatFits = (): void => {
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      if (spent > 0 && spent + first.pixels > limit) return;
      waiting.shift();
      spent += first.pixels;
      first.begin();
    }
  };
  return {
    async spend(pixels, work) {
      await new Promise<void>((begin) => {
        waiting.push({ pixels, begin });
        beginWhatFits();
      });
      try {
        return await work();
      } finally {
        spent -= pixels;
        beginWhatFits();
      }
    },
  };
}
