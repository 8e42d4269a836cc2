import { afterEach, expect, it, vi } from 'vitest';
import type { ProgressEvent } from '../shared/progress.ts';
import { extractionProgress } from './extraction-progress.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('counts photos, and expects the time left from the views that are left', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const events: ProgressEvent[] = [];
  const report = extractionProgress({ photos: 4, views: 16 }, (event) => void events.push(event));
  vi.advanceTimersByTime(1000);
  // A photo that lacks ten views, as slow as ten that lack one.
  report(10);
  expect(events).toEqual([
    { type: 'progress', stage: 'features', done: 1, total: 4, unit: 'photos', rate: 1, etaMs: 600 },
  ]);
  vi.advanceTimersByTime(50);
  report(2);
  expect(events).toHaveLength(1);
  vi.advanceTimersByTime(950);
  report(2);
  expect(events.at(-1)).toMatchObject({ done: 3, rate: 1.5, etaMs: (2000 / 14) * 2 });
  report(2);
  expect(events.at(-1)).toMatchObject({ done: 4, rate: 2, etaMs: 0 });
});
