import { afterEach, expect, it, vi } from 'vitest';
import type { ProgressEvent } from '../../shared/progress.ts';
import { reportPace } from './report-pace.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** The lines that are told of photos of ten views, each of which takes some time. */
function linesFor(photos: number, msEach: number): string[] {
  vi.useFakeTimers({ toFake: ['performance'] });
  const lines: string[] = [];
  const onProgress = (event: ProgressEvent): void => {
    if (event.type === 'line') lines.push(event.text);
  };
  const pace = reportPace({ photos, views: photos * 10 }, onProgress);
  for (let photo = 0; photo < photos; photo++) {
    vi.advanceTimersByTime(msEach);
    pace(10);
  }
  return lines;
}

it('says once what a photo takes, and what all take', () => {
  expect(linesFor(1000, 280)).toEqual(['The frozen layers take 0.28 s a photo, so about 5 min in all.']);
  expect(linesFor(100, 1100)).toEqual(['The frozen layers take 1.1 s a photo, so about 110 s in all.']);
});

it('says nothing of what is done in a moment', () => {
  expect(linesFor(100, 10)).toEqual([]);
  expect(linesFor(8, 2000)).toEqual([]);
});
