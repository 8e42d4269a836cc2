import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runRecordSchema, type RunRecord } from '../model/run-record.ts';
import type { ReportOptions } from './report-options.ts';
import { renderReport } from './report.ts';
import { checkMarkup } from './testing/check-markup.ts';
import { makeRun } from './testing/make-run.ts';

const pixel = 'data:image/jpeg;base64,/9j/4AAQ';

function render(run: RunRecord, options: Partial<ReportOptions> = {}): string {
  runRecordSchema.parse(run);
  const page = renderReport(run, { thumbnails: new Map(), ...options });
  expect(checkMarkup(page)).toEqual([]);
  expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
  return page;
}

function manyClasses(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `class ${String(index + 1)}`);
}

function countOf(page: string, pattern: RegExp): number {
  return [...page.matchAll(pattern)].length;
}

const curve = [
  { step: 0, trainAccuracy: 0.3, crossEntropy: 1.6, validationAccuracy: 0.28 },
  { step: 100, trainAccuracy: 0.86, crossEntropy: 0.7, validationAccuracy: 0.84 },
  { step: 199, trainAccuracy: 0.95, crossEntropy: 0.31, validationAccuracy: 0.9 },
];

describe('the page', () => {
  it('carries everything itself: no script, no address, and a policy that forbids both', () => {
    const page = render(makeRun({ classes: ['a', 'b'] }));
    expect(page).not.toMatch(/<script|<iframe|<object|https?:\/\/|@import|url\(|\sstyle="|\son[a-z]+="/);
    expect(page).toContain('default-src &#39;none&#39;; img-src data:;');
  });

  it('allows exactly the style sheet that it carries', () => {
    const page = render(makeRun({ classes: ['a', 'b'] }));
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
    expect(page).toContain(`sha256-${createHash('sha256').update(style).digest('base64')}`);
    expect(style).toContain('prefers-color-scheme:dark');
    expect(style).toContain('@media print');
  });

  it('is the same for the same run', () => {
    const run = makeRun({ classes: ['a', 'b', 'c'] });
    expect(render(run)).toBe(render(run));
  });

  it('shows accuracy, interval, hashes and versions', () => {
    const page = render(makeRun({ classes: manyClasses(3) }));
    expect(page).toContain('<strong>96.7<small> %</small></strong>');
    expect(page).toContain('83.3–99.4\u00a0%');
    expect(page).toContain('a'.repeat(64));
    expect(page).toContain('b'.repeat(64));
    expect(page).toContain('onnxruntime 1.24.3');
  });

  it('names the model without the folders above it, as reports are passed on', () => {
    const run = makeRun({ classes: ['a', 'b'] });
    const page = render({ ...run, model: { ...run.model, path: '/home/someone/secret/model.onnx' } });
    expect(page).toContain('<bdi>model.onnx</bdi>');
    expect(page).not.toContain('secret');
  });
});

describe('what is unknown', () => {
  const unknown: NonNullable<RunRecord['unknown']> = {
    method: 'least-squares-neighbour-subspace',
    threshold: 1.606,
    falseRejection: 0.05,
    photos: 885,
    test: { count: 115, rejected: 3, interval95: [0.009, 0.074], acceptedAccuracy: 0.946 },
    leftOut: {
      auroc: 0.873,
      classes: [
        { label: '<daisy>', photos: 200, auroc: 0.837, rejected: 0.15 },
        { label: 'roses', photos: 190, auroc: 0.909, rejected: 0.45 },
      ],
    },
    histogram: { from: -3, to: 1, known: [1, 6, 0, 2], leftOut: [0, 10, 40, 20] },
  };

  it('is counted, drawn, and told class by class', () => {
    const page = render(makeRun({ classes: ['<daisy>', 'roses'], unknown }));
    expect(page).toContain('it calls 3 unknown (2.6\u00a0%; 95 % interval 0.9–7.4\u00a0%).');
    expect(page).toContain('Of the others it gets 94.6\u00a0% right.');
    expect(page).toContain('it calls 30.0\u00a0% unknown (AUROC 0.873).');
    expect(page).toMatch(/<bdi>&lt;daisy&gt;<\/bdi>[^]*0\.837[^]*15\.0\u00a0%/);
    const chart = /<svg\s+class="histogram"[^]*?<\/svg>/.exec(page)?.[0] ?? '';
    // Three bins of the test photos and three of the others are not empty; the threshold lies at three quarters.
    expect(countOf(chart, /<rect/g)).toBe(6);
    expect(chart).toMatch(/class="marked"\s+x1="75\.00%"/);
  });

  it('says how to measure it where that was left out', () => {
    const page = render(
      makeRun({
        classes: ['a', 'b'],
        unknown: { ...unknown, leftOut: null, histogram: { ...unknown.histogram, leftOut: null } },
      }),
    );
    expect(page).toContain('--measure-unknown');
    expect(page).not.toContain('Each class as an unknown one');
  });

  it('has no section in a model that does not tell it', () => {
    expect(render(makeRun({ classes: ['a', 'b'] }))).not.toContain('id="unknown"');
  });
});

describe('names from users', () => {
  it('cannot become markup, wherever they stand', () => {
    const evil = `"><script>alert('&')</script>`;
    const run = makeRun({
      classes: [evil, 'b'],
      name: evil,
      notices: [evil],
      skipped: [{ path: evil, code: 'PHOTO_EMPTY', reason: evil }],
      head: { type: evil, settings: { [evil]: evil }, temperature: 1 },
    });
    const page = render(
      { ...run, backbone: { ...run.backbone, id: evil, taps: [evil] }, finishedAt: evil },
      { trainingSamples: new Map([[evil, [pixel]]]), thumbnails: new Map([[`${evil}/1-0.jpg`, pixel]]) },
    );
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
  });

  it('keep Chinese, Arabic and very long names whole and isolated', () => {
    const long = `${'very long '.repeat(30)}name`;
    const page = render(makeRun({ classes: ['郁金香', 'وردة جورية', long] }));
    for (const label of ['郁金香', 'وردة جورية', long]) expect(page).toContain(`<bdi>${label}</bdi>`);
  });

  it('may be keys that every object has', () => {
    const page = render(makeRun({ classes: ['constructor', 'toString'] }));
    expect(page).toContain('<bdi>constructor</bdi>');
  });
});

describe('images', () => {
  it('are shown when the page carries them, and left out when they lie elsewhere', () => {
    const run = makeRun({ classes: ['a', 'b', 'c', 'd'] });
    const paths = run.mistakes.map(({ path }) => path);
    expect(paths).toHaveLength(2);
    const page = render(run, {
      thumbnails: new Map([
        [paths[0] ?? '', pixel],
        [paths[1] ?? '', 'https://example.com/a.jpg'],
      ]),
    });
    expect(countOf(page, /<img /g)).toBe(1);
    expect(page).toMatch(/<img\s+src="data:image\/jpeg;base64,[^"]+"\s+alt="Test photo of a, taken for b"/);
    expect(page).not.toContain('example.com');
  });

  it('are not missed by mistakes that have none: those stand in a table', () => {
    const run = makeRun({ classes: ['a', 'b', 'c', 'd'] });
    const page = render(run, { thumbnails: new Map([[run.mistakes[0]?.path ?? '', pixel]]) });
    expect(countOf(page, /<li>\s*<img /g)).toBe(1);
    expect(page).toMatch(/<th scope="row"><bdi>d\/0-0\.jpg<\/bdi><\/th>/);
  });

  it('of the places that spoke for what was named stand beside their photo, and say so', () => {
    const run = makeRun({ classes: ['a', 'b', 'c', 'd'] });
    const paths = run.mistakes.map(({ path }) => path);
    const page = render(run, {
      thumbnails: new Map(paths.map((path) => [path, pixel])),
      heats: new Map([[paths[0] ?? '', pixel]]),
    });
    expect(countOf(page, /<div class="pair">/g)).toBe(1);
    expect(countOf(page, /<img /g)).toBe(3);
    expect(page).toContain('alt="Places of the photo that speak for b"');
    expect(page).toContain('The picture in grey shows which places of the photo spoke for what was named');
    const without = render(run, { thumbnails: new Map(paths.map((path) => [path, pixel])) });
    expect(without).not.toContain('picture in grey');
    expect(without).not.toContain('class="pair"');
  });

  it('of photos that were named right are shown where their places are known, also without a mistake', () => {
    const run = makeRun({ classes: ['a', 'b'] });
    const right = {
      ...run,
      mistakes: [],
      metrics: { ...run.metrics, test: { ...run.metrics.test, accuracy: 1 } },
    };
    const examples = ['a', 'b'].map((label) => ({ path: `${label}/right.jpg`, label, probability: 0.99 }));
    const thumbnails = new Map(examples.map(({ path }) => [path, pixel]));
    const page = render(right, { thumbnails, examples, heats: new Map([['a/right.jpg', pixel]]) });
    expect(page).toContain('None: every test photo was named right.');
    expect(page).toContain('Named right, for comparison');
    expect(page).toContain('alt="Test photo of a, named right"');
    expect(page).not.toContain('alt="Test photo of b, named right"');
    expect(render(right, { thumbnails, examples })).not.toContain('Named right, for comparison');
  });

  it('of training photos stand beside their class', () => {
    const page = render(makeRun({ classes: ['a', 'b'] }), {
      trainingSamples: new Map([['b', [pixel, pixel]]]),
    });
    expect(countOf(page, /alt="A training photo of b"/g)).toBe(2);
  });
});

describe('the confusion matrix', () => {
  it('has counts and shares for two classes', () => {
    // prettier-ignore
    const page = render(makeRun({ classes: ['ants', 'bees'], confusion: [[12, 3], [0, 14]] }));
    expect(page).toMatch(/<td class="hit-8">\s*12<small>80\.0\u00a0%<\/small>/);
    expect(page).toMatch(/<td class="miss-5">\s*3<small>20\.0\u00a0%<\/small>/);
    expect(countOf(page, /<th[^>]* scope="col" title="/g)).toBe(2);
  });

  it.each([30, 100])('has a cell for each pair of %i classes', (size) => {
    const page = render(makeRun({ classes: manyClasses(size) }));
    expect(countOf(page, /<td class="(?:hit-\d+|miss-\d+|none|diagonal)">/g)).toBe(size * size);
  });

  it('gives way to the most confused pairs above 100 classes', () => {
    const page = render(makeRun({ classes: manyClasses(101) }));
    expect(page).not.toContain('class="matrix');
    expect(page).toContain('Most confused pairs');
    expect(page).toMatch(/All\s+101\s+classes/);
  });

  it('lists the pairs from the most to the least frequent', () => {
    // prettier-ignore
    const page = render(makeRun({ classes: ['a', 'b', 'c'], confusion: [[5, 1, 0], [0, 5, 4], [2, 0, 5]] }));
    const pairs = page.slice(page.indexOf('Most confused pairs'));
    const times = [...pairs.matchAll(/<td class="number">(\d+)<\/td>/g)]
      .slice(0, 3)
      .map(([, count]) => count);
    expect(times).toEqual(['4', '2', '1']);
  });
});

describe('sections', () => {
  it('draw the curve of a head that has one', () => {
    const page = render(makeRun({ classes: ['a', 'b'], head: { type: 'retrain', curve } }));
    expect(countOf(page, /<polyline/g)).toBe(3);
    expect(page).toContain('After 199 steps: training accuracy 95.0');
  });

  it('draw a curve of one point and a very long one', () => {
    render(makeRun({ classes: ['a', 'b'], head: { type: 'retrain', curve: curve.slice(0, 1) } }));
    const long = Array.from({ length: 50_000 }, (_, step) => ({
      ...(curve[0] as (typeof curve)[number]),
      step,
    }));
    const page = render(makeRun({ classes: ['a', 'b'], head: { type: 'retrain', curve: long } }));
    expect(page.length).toBeLessThan(150_000);
    expect(page).toContain('After 49,999 steps');
  });

  it('list the tried L2 strengths and mark the chosen one', () => {
    const trials = [0.001, 0.01, 0.1].map((l2, index) => ({
      l2,
      validationAccuracy: index === 2 ? null : 0.9,
      validationLogLoss: index === 2 ? null : 0.3 - index / 10,
    }));
    const page = render(
      makeRun({ classes: ['a', 'b'], head: { type: 'logistic', trials, settings: { l2: 0.01 } } }),
    );
    expect(page).toMatch(/<tr class="chosen">\s*<th scope="row">0\.01<\/th>/);
    expect(countOf(page, /<td>chosen<\/td>/g)).toBe(1);
  });

  it('list the heads that were tried and mark the one that was kept', () => {
    const trial = (head: string, taps: string[], logLoss: number): object => ({
      head,
      taps,
      columns: 100 * taps.length,
      accuracy: 0.9,
      logLoss,
    });
    const search = [trial('a', ['t3'], 0.4), trial('a', ['t2', 't3'], 0.25), trial('b', ['t2', 't3'], 0.3)];
    const run = makeRun({ classes: ['x', 'y'], head: { type: 'a', search: search as never } });
    const page = render({ ...run, backbone: { ...run.backbone, taps: ['t2', 't3'] } });
    expect(page).toMatch(
      /<tr class="chosen">\s*<th scope="row"><bdi>a<\/bdi><\/th>\s*<td title="t2, t3">2 layers from <bdi>t2<\/bdi> on<\/td>/,
    );
    expect(countOf(page, /<td>chosen<\/td>/g)).toBe(1);
    expect(page).toContain('0.2500');
  });

  it('are left out when there is nothing to show', () => {
    const page = render(makeRun({ classes: ['a', 'b'] }));
    expect(page).not.toContain('id="training"');
    expect(page).not.toContain('id="search"');
    expect(page).not.toContain('id="skipped"');
    expect(page).not.toContain('Notices');
  });

  it('say so when there is no mistake', () => {
    // prettier-ignore
    const page = render(makeRun({ classes: ['a', 'b'], confusion: [[3, 0], [0, 4]] }));
    expect(page).toContain('None: every test photo was named right.');
    expect(page).toContain('Not one test photo was taken for another class.');
  });

  it('do without a test', () => {
    // prettier-ignore
    const page = render(makeRun({ classes: ['a', 'b'], confusion: [[0, 0], [0, 0]] }));
    expect(page).toContain('No photo was kept aside for a test');
    for (const id of ['confusion', 'mistakes', 'classes', 'probabilities']) {
      expect(page).not.toContain(`id="${id}"`);
    }
  });

  it('show a class without test photos by dashes', () => {
    // prettier-ignore
    const page = render(makeRun({ classes: ['a', 'b', 'c'], confusion: [[3, 0, 0], [0, 4, 0], [0, 0, 0]] }));
    expect(countOf(page, /<td class="number">–<\/td>/g)).toBe(3);
  });

  it('list skipped files with code and reason, a long list in part', () => {
    const skipped = Array.from({ length: 120 }, (_, index) => ({
      path: `a/${String(index)}.jpg`,
      code: 'PHOTO_CORRUPT' as const,
      reason: 'The JPEG ends early.',
    }));
    const page = render(makeRun({ classes: ['a', 'b'], skipped }));
    expect(page).toContain('120 files were left out');
    expect(countOf(page, /<code>PHOTO_CORRUPT<\/code>/g)).toBe(100);
    expect(page).toContain('and 20 more in run.json');
    expect(render(makeRun({ classes: ['a', 'b'], skipped: skipped.slice(0, 1) }))).toContain(
      '1 file was left out',
    );
  });

  it('show the parts of each class when they are known', () => {
    const parts = new Map([['a', { training: 7, validation: 2, test: 1 }]]);
    expect(render(makeRun({ classes: ['a', 'b'] }), { parts })).toContain('7 training, 2 validation, 1 test');
  });

  it('tell an over-confident from an under-confident classifier, and calibration that did not help', () => {
    const heated = (temperature: number): string =>
      render(makeRun({ classes: ['a', 'b'], head: { temperature } }));
    expect(heated(1.3)).toContain('too sure of itself');
    expect(heated(0.7)).toContain('too unsure of itself');
    expect(heated(1)).toContain('needed no correction');
    const run = makeRun({ classes: ['a', 'b'] });
    const test = { ...run.metrics.test, ece: 0.05, eceUncalibrated: 0.03 };
    expect(render({ ...run, metrics: { ...run.metrics, test } })).toContain('did not help');
  });
});

describe('the check of the markup itself', () => {
  it.each([
    '<p>a',
    '<p>a</b>',
    '<p>a & b</p>',
    '<p class=a>b</p>',
    '<br>',
    '<p id="a"></p><p id="a"></p>',
    '<a href="#b"></a>',
  ])('refuses %s', (broken) => expect(checkMarkup(broken)).not.toEqual([]));
});
