import type { Backend } from './backend.ts';
import { element } from './element.ts';
import type { Language } from './language.ts';
import { type GivenPhoto, type PhotoCard, photoCard } from './photo-card.ts';

/** The photos with their answers. */
export interface PhotoList {
  readonly element: HTMLElement;
  /** Adds photos at the top, and classifies them one after the other. */
  readonly add: (photos: readonly GivenPhoto[]) => void;
  /** Classifies all photos again, by another model. */
  again(): void;
}

/** What the list works with. */
export interface PhotoListOptions {
  readonly backend: Backend;
  readonly language: Language;
  readonly model: () => string;
  /** Is done when photos can be classified. */
  readonly ready: Promise<unknown>;
  readonly announce: (text: string) => void;
}

/** Makes the list of photos. */
export function photoList({ backend, language, model, ready, announce }: PhotoListOptions): PhotoList {
  const title = element('h2', {});
  const clear = element('button', { type: 'button', class: 'quiet' });
  const list = element('ol', { class: 'cards' });
  const section = element(
    'section',
    { class: 'answers', hidden: true },
    element('div', { class: 'list-head' }, title, clear),
    list,
  );
  const cards = new Map<HTMLElement, { readonly card: PhotoCard; readonly photo: GivenPhoto }>();
  let last: Promise<unknown> = ready;

  language.follow((texts) => {
    title.textContent = texts.answers;
    clear.textContent = texts.clear;
  });
  const classify = ({ card, photo }: { card: PhotoCard; photo: GivenPhoto }): void => {
    last = last
      .then(async () => {
        if (!cards.has(card.element)) return;
        announce(language.texts.announce(photo.name, await card.classify(model())));
      })
      .catch(() => undefined);
  };
  list.addEventListener('removed', ({ target }) => {
    cards.delete(target as HTMLElement);
    section.hidden = cards.size === 0;
  });
  clear.addEventListener('click', () => {
    for (const card of [...cards.keys()]) card.querySelector<HTMLElement>('.remove')?.click();
    document.getElementById('choose')?.focus();
  });

  return {
    element: section,
    add(photos) {
      const added = photos.map((photo) => ({ card: photoCard(photo, backend, language), photo }));
      list.prepend(...added.map(({ card }) => card.element));
      for (const one of added) cards.set(one.card.element, one);
      section.hidden = cards.size === 0;
      added.forEach(classify);
    },
    again: () => [...cards.values()].forEach(classify),
  };
}
