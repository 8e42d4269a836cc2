import { describe, expect, it } from 'vitest';
import { runRecordSchema, type RunRecord } from '../model/run-record.ts';
import type { ReportOptions } from './report-options.ts';
import { renderReport } from './report.ts';
import { checkMarkup } from './testing/check-markup.ts';
import { makeLabelRun } from './testing/make-label-run.ts';

const pixel = 'data:image/jpeg;base64,/9j/4AAQ';

function render(run: RunRecord, options: Partial<ReportOptions> = {}): string {
  runRecordSchema.parse(run);
  const page = renderReport(run, { thumbnails: new Map(), ...options });
  expect(checkMarkup(page)).toEqual([]);
  expect(page).not.toMatch(/NaN|Infinity|undefined|\[object|null/);
  return page;
}

const textOf = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u00a0]+/g, ' ');

describe('the report of several labels a photo', () => {
  it('begins with the mean average precision and says what it comes to in plain words', () => {
    const page = render(makeLabelRun(['boat', 'house', 'sea']));
    expect(page).toContain('<strong>90.3<small> %</small></strong>');
    const text = textOf(page);
    expect(text).toContain('mean average precision');
    expect(text).toContain('it finds 80.0 % of the labels, and 66.7 % of those that it names are right');
    expect(text).toContain('Every label is right on 12 of 20 photos.');
    // Five of 20 photos show each class.
    expect(text).toContain('a random order would get a mean average precision of 25.0 %');
    expect(text).toContain('Validation mAP 87.1 %');
  });

  it('has a table of the classes and no confusion matrix', () => {
    const page = render(makeLabelRun(['boat', 'house', 'sea']));
    expect(page).not.toContain('id="confusion"');
    const row = /<tr>\s*<th scope="row"><bdi>boat<\/bdi>.*?<\/tr>/s.exec(
      page.slice(page.indexOf('id="classes"')),
    );
    expect(textOf(row?.[0] ?? '').trim()).toBe('boat 5 95.0 % 42.0 % 66.7 % 80.0 % 72.7 % 1 2');
  });

  it('shows each photo once, with all its wrong and missing labels', () => {
    const page = render(makeLabelRun(['boat', 'house', 'sea']), { thumbnails: new Map([['a.jpg', pixel]]) });
    const pictured = /<ul class="mistakes">.*?<\/ul>/s.exec(page)?.[0] ?? '';
    expect(textOf(pictured).trim()).toBe('wrong house 97.0 % missing boat 10.0 % shows boat a.jpg');
    expect(textOf(page)).toContain('4 of 9 wrong or missing labels');
    const others = /aria-label="Mistakes without a picture".*?<\/table>/s.exec(page)?.[0] ?? '';
    expect(textOf(others)).toMatch(
      /b\.jpg boat, house missing boat 2\.1 % c\.jpg none of the classes wrong boat 80\.0 %/,
    );
  });

  it('shows the places that spoke for the first label of a photo, where they are known', () => {
    const images = { thumbnails: new Map([['a.jpg', pixel]]), heats: new Map([['a.jpg', pixel]]) };
    const page = render(makeLabelRun(['boat', 'house', 'sea']), images);
    expect(page).toContain('alt="Places of the photo that speak for house"');
    expect(textOf(page)).toContain('spoke for the label that stands first below it');
  });

  it('says so where every label is right', () => {
    const text = textOf(render(makeLabelRun(['boat', 'sea'], 'none')));
    expect(text).toContain('Every label is right on all 20 photos.');
    expect(text).toContain('None: every label of every test photo is right.');
  });

  it('folds many classes away and shows the weakest', () => {
    const classes = Array.from({ length: 60 }, (_, index) => `class ${index}`);
    const page = render(makeLabelRun(classes));
    const section = page.slice(page.indexOf('id="classes"'), page.indexOf('id="mistakes"'));
    const [weakest = '', all = ''] = section.split('<details>');
    expect(textOf(weakest)).toContain('The 20 weakest classes');
    expect(weakest).toContain('<bdi>class 59</bdi>');
    expect(weakest).not.toContain('<bdi>class 39</bdi>');
    expect(textOf(all)).toContain('All 60 classes');
    expect(all).toContain('<bdi>class 39</bdi>');
  });

  it('says that nothing is known where no test photo shows a class', () => {
    const run = makeLabelRun(['boat', 'sea']);
    const { multiLabel } = run.metrics;
    if (multiLabel === undefined) throw new Error('no multi-label run');
    const page = render({
      ...run,
      metrics: {
        ...run.metrics,
        multiLabel: { ...multiLabel, meanAveragePrecision: null, validationMeanAveragePrecision: null },
      },
    });
    expect(page).toContain('<strong>–</strong>');
    expect(textOf(page)).toContain('how well it finds them is not known');
  });

  it('keeps names from becoming markup', () => {
    const evil = `"><script>alert('&')</script>`;
    const page = render(makeLabelRun([evil, 'b']), { thumbnails: new Map([['a.jpg', pixel]]) });
    expect(page).not.toContain('<script');
  });
});
