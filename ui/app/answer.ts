import type { Prediction, ScoredLabel } from '../../src/prediction.ts';
import { PageError } from './backend.ts';
import { element } from './element.ts';
import type { Language } from './language.ts';

/** Shows what a model says of a photo: the answer, and a bar for each of the likeliest classes. */
export function showAnswer(prediction: Prediction, language: Language): HTMLElement {
  const { top, error } = prediction;
  if (error !== undefined) return showFailure(new PageError(error.code, error.reason), language);
  const isUnknown = prediction.unknown?.isUnknown === true;
  return element(
    'div',
    { class: isUnknown ? 'answer unknown' : 'answer' },
    ...headline(prediction, language),
    element('ul', { class: 'bars' }, ...top.map((one) => bar(one, language))),
  );
}

/** The answer in a few words, for a screen reader. */
export function sayAnswer(prediction: Prediction, language: Language): string {
  const { label, probability, labels, unknown, error } = prediction;
  const { texts } = language;
  if (error !== undefined) return texts.errors[error.code] ?? error.reason;
  if (unknown?.isUnknown === true) return texts.noneOfThese;
  if (labels?.length === 0) return texts.noLabel;
  const shown = labels ?? [{ label: label ?? '', probability: probability ?? 0 }];
  return language.list(shown.map((one) => `${one.label} ${language.percent(one.probability)}`));
}

/** Says what went wrong. */
export function showFailure(error: unknown, language: Language): HTMLElement {
  return element('p', { class: 'failure' }, sayFailure(error, language));
}

/** What went wrong, in the page's language where it has words for it. */
export function sayFailure(error: unknown, { texts }: Language): string {
  return error instanceof PageError ? (texts.errors[error.code] ?? error.message) : texts.unexpected;
}

function headline(prediction: Prediction, language: Language): HTMLElement[] {
  const { label, probability, labels, unknown } = prediction;
  const { texts } = language;
  const share = language.percent(probability ?? 0);
  if (unknown?.isUnknown === true) {
    return [
      element('p', { class: 'headline' }, texts.noneOfThese),
      element('p', { class: 'note' }, texts.nearest(label ?? '', share)),
    ];
  }
  if (labels !== undefined) {
    if (labels.length === 0) return [element('p', { class: 'headline' }, texts.noLabel)];
    const chips = labels.map((one) => element('li', {}, one.label));
    return [element('ul', { class: 'chips', 'aria-label': texts.shows }, ...chips)];
  }
  return [element('p', { class: 'headline' }, label ?? '', ' ', element('span', { class: 'share' }, share))];
}

function bar({ label, probability }: ScoredLabel, language: Language): HTMLElement {
  const fill = element('span', { class: 'fill' });
  fill.style.inlineSize = `${probability * 100}%`;
  return element(
    'li',
    {},
    element('span', { class: 'label' }, label),
    element('span', { class: 'track', 'aria-hidden': 'true' }, fill),
    element('span', { class: 'share' }, language.percent(probability)),
  );
}
