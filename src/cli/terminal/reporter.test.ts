import { afterEach, expect, it, vi } from 'vitest';
import type { ProgressEvent } from '../../shared/progress.ts';
import { openMemoryScreen } from '../testing/memory-screen.ts';
import { openPlainReporter } from './plain-reporter.ts';
import { openReporter } from './reporter.ts';

const progress: ProgressEvent = {
  type: 'progress',
  stage: 'features',
  done: 612,
  total: 1000,
  unit: 'photos',
  rate: 61.4,
  etaMs: 6300,
};

afterEach(() => {
  vi.useRealTimers();
});

it('a file gets a line at the start and the end of a stage, and a progress line every five seconds', () => {
  const { screen, text } = openMemoryScreen('file');
  let now = 0;
  const { onProgress } = openPlainReporter(screen, () => now);
  onProgress({ type: 'start', stage: 'features', text: 'Computing features' });
  for (now = 0; now <= 12_000; now += 100) onProgress(progress);
  onProgress({ type: 'line', stage: 'head', text: 'Step 100' });
  onProgress({ type: 'notice', stage: 'scan', text: 'Two photos are equal.' });
  onProgress({ type: 'done', stage: 'features', text: 'Features of 1000 photos', ms: 16_240 });
  expect(text().trimEnd().split('\n')).toEqual([
    'Computing features',
    '  612 of 1000 photos, 61 a second, 7 s left',
    '  612 of 1000 photos, 61 a second, 7 s left',
    'Step 100',
    'Note: Two photos are equal.',
    'Features of 1000 photos (16.2 s)',
  ]);
});

it('a fine-tuning shows its loss, its accuracy and the time left', () => {
  const { screen, text } = openMemoryScreen('file');
  let now = 0;
  const { onProgress } = openPlainReporter(screen, () => now);
  onProgress({ type: 'start', stage: 'tune', text: 'Fine-tuning' });
  now = 6000;
  const step = {
    type: 'progress',
    stage: 'tune',
    done: 75,
    total: 200,
    unit: 'steps',
    etaMs: 250_000,
  } as const;
  onProgress({ ...step, loss: 0.5321, validationAccuracy: 0.9312 });
  now = 12_000;
  onProgress({ ...step, loss: 0.5321 });
  expect(text().trimEnd().split('\n').slice(1)).toEqual([
    '  75 of 200 steps, 4 min 10 s left, loss 0.532, validation 93.1 %',
    '  75 of 200 steps, 4 min 10 s left, loss 0.532',
  ]);
});

it('a file and a dumb terminal get no control codes', () => {
  for (const { screen, text } of [openMemoryScreen('file'), openMemoryScreen('tty', { TERM: 'dumb' })]) {
    const reporter = openReporter(screen);
    reporter.onProgress({ type: 'start', stage: 'features', text: 'Computing features' });
    reporter.onProgress({ type: 'done', stage: 'features', text: 'Features', ms: 10 });
    reporter.stop();
    expect(text()).toBe('Computing features\nFeatures (0.0 s)\n');
  }
});

it('a terminal gets one live line that becomes a ✔ line, and never a line longer than it is wide', () => {
  vi.useFakeTimers();
  for (const columns of [30, 80, 120]) {
    const { screen, text } = openMemoryScreen('tty', { NO_COLOR: '1' }, columns);
    const { onProgress, stop } = openReporter(screen);
    onProgress({ type: 'start', stage: 'features', text: 'Computing features' });
    onProgress(progress);
    vi.advanceTimersByTime(100);
    const live = plain(text()).at(-1) ?? '';
    expect(live).toContain('Computing features');
    expect(live.length).toBeLessThan(columns);
    if (columns === 120) expect(live).toMatch(/━{17}─{11} {2}612 of 1000 photos {2}61 a second {2}7 s left$/);
    onProgress({ type: 'done', stage: 'features', text: 'Features of 1000 photos', ms: 16_240 });
    stop();
    const done = columns === 30 ? '✔ Features of 1000 photos' : '✔ Features of 1000 photos  16.2 s';
    expect(plain(text()).at(-1)).toBe(done);
    expect(vi.getTimerCount()).toBe(0);
  }
});

it('progress of a stage that was not announced gets a live line all the same', () => {
  vi.useFakeTimers();
  const { screen, text } = openMemoryScreen('tty', { NO_COLOR: '1' }, 120);
  const { onProgress, stop } = openReporter(screen);
  onProgress({ ...progress, stage: 'evaluate' });
  vi.advanceTimersByTime(100);
  expect(plain(text()).at(-1)).toContain('Classifying photos');
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('lines of a trainer stay above the live line', () => {
  vi.useFakeTimers();
  const { screen, text } = openMemoryScreen('tty', { NO_COLOR: '1' });
  const { onProgress, note, stop } = openReporter(screen);
  onProgress({ type: 'start', stage: 'head', text: 'Training the head' });
  onProgress({ type: 'line', stage: 'head', text: 'Step 0: Train accuracy = 50.0%' });
  note('Stopping.');
  vi.advanceTimersByTime(100);
  stop();
  const lines = plain(text());
  expect(lines).toContain('Step 0: Train accuracy = 50.0%');
  expect(lines).toContain('Stopping.');
});

const controlCode = new RegExp(`${String.fromCharCode(27)}\\[[\\d;?]*[a-zA-Z]`, 'g');

/** What was written, line by line, without control codes. */
function plain(text: string): string[] {
  return text
    .replaceAll(controlCode, '\n')
    .split('\n')
    .filter((line) => line !== '');
}
