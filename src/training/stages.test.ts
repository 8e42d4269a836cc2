import { expect, it } from 'vitest';
import type { ProgressEvent } from '../shared/progress.ts';
import { startStages } from './stages.ts';

it('a stage tells when it starts and what it did, and its time is kept', async () => {
  const events: ProgressEvent[] = [];
  const stages = startStages((event) => events.push(event), undefined);
  const result = await stages.run(
    'head',
    'Training',
    () => Promise.resolve(7),
    (value) => `${value} steps`,
  );
  expect(result).toBe(7);
  expect(events).toEqual([
    { type: 'start', stage: 'head', text: 'Training' },
    { type: 'done', stage: 'head', text: '7 steps', ms: expect.any(Number) as number },
  ]);
  expect(stages.ms('head')).toBeGreaterThanOrEqual(0);
  expect(stages.ms('save')).toBe(0);
});

it('a stage that fails is not done', async () => {
  const events: ProgressEvent[] = [];
  const stages = startStages((event) => events.push(event), undefined);
  const failing = stages.run(
    'scan',
    'Scanning',
    () => Promise.reject(new Error('no')),
    () => '',
  );
  await expect(failing).rejects.toThrow('no');
  expect(events.map(({ type }) => type)).toEqual(['start']);
});

it('no stage begins after the signal', async () => {
  const stages = startStages(undefined, AbortSignal.abort());
  let ran = false;
  const work = (): Promise<void> => Promise.resolve(void (ran = true));
  await expect(stages.time('scan', work)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(ran).toBe(false);
});
