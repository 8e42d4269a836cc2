import type { Prediction } from '../../src/prediction.ts';
import { sayAnswer, sayFailure, showAnswer, showFailure } from './answer.ts';
import type { Backend } from './backend.ts';
import { element } from './element.ts';
import { icon } from './icon.ts';
import type { Language } from './language.ts';

/** A photo that was given to the page. */
export interface GivenPhoto {
  readonly name: string;
  readonly blob: Blob;
}

/** A photo in the list with what the model says of it. */
export interface PhotoCard {
  readonly element: HTMLElement;
  /** Asks the model, and shows and returns its answer in words. */
  classify(model: string): Promise<string>;
}

/** Makes the card of a photo. */
export function photoCard(photo: GivenPhoto, backend: Backend, language: Language): PhotoCard {
  const address = URL.createObjectURL(photo.blob);
  const picture = element('img', { class: 'thumb', src: address, alt: '' });
  // What the browser cannot show, the model says why.
  picture.addEventListener('error', () => (picture.hidden = true));
  const frame = element('div', { class: 'frame' }, picture);
  const answer = element('div', { class: 'outcome' });
  const remove = element('button', { class: 'plain remove', type: 'button' }, icon('close'));
  const body = element('div', { class: 'body' }, element('h3', { class: 'name' }, photo.name), answer);
  const card = element('li', { class: 'card' }, frame, body, remove);
  let show = (): void => answer.replaceChildren(element('p', { class: 'note' }, language.texts.waiting));

  language.follow((texts) => {
    remove.setAttribute('aria-label', texts.remove(photo.name));
    show();
  });
  remove.addEventListener('click', () => {
    const next = card.nextElementSibling ?? card.previousElementSibling;
    card.dispatchEvent(new CustomEvent('removed', { bubbles: true }));
    card.remove();
    URL.revokeObjectURL(address);
    next?.querySelector<HTMLElement>('.remove')?.focus();
  });

  return {
    element: card,
    async classify(model) {
      try {
        const prediction = await backend.classify(photo.blob, model);
        show = () => {
          answer.replaceChildren(showAnswer(prediction, language));
          if (canExplain(prediction, backend)) {
            answer.append(explainer(photo, model, frame, backend, language));
          }
        };
        show();
        return sayAnswer(prediction, language);
      } catch (error) {
        show = () => answer.replaceChildren(showFailure(error, language));
        show();
        return sayFailure(error, language);
      }
    },
  };
}

function canExplain({ error }: Prediction, { explain }: Backend): boolean {
  return explain !== undefined && error === undefined;
}

function explainer(
  photo: GivenPhoto,
  model: string,
  frame: HTMLElement,
  backend: Backend,
  language: Language,
): HTMLElement {
  const { texts } = language;
  const shown = frame.querySelector('.heat');
  const button = element(
    'button',
    { type: 'button', class: 'quiet', 'aria-pressed': shown === null ? 'false' : 'true' },
    icon('heat'),
    texts.heatMap,
  );
  const note = element('p', { class: 'note', role: 'status' });
  const press = async (): Promise<void> => {
    const heat = frame.querySelector('.heat');
    if (heat !== null) {
      heat.remove();
      button.setAttribute('aria-pressed', 'false');
      note.textContent = '';
      return;
    }
    button.disabled = true;
    try {
      const png = await backend.explain?.(photo.blob, model);
      if (png === undefined) return;
      const address = URL.createObjectURL(png);
      const picture = element('img', { class: 'thumb heat', alt: texts.heatMapOf(photo.name), src: address });
      await picture.decode();
      URL.revokeObjectURL(address);
      frame.append(picture);
      button.setAttribute('aria-pressed', 'true');
      note.textContent = texts.heatMapLegend;
    } catch (error) {
      note.textContent = sayFailure(error, language);
    } finally {
      button.disabled = false;
    }
  };
  button.addEventListener('click', () => void press());
  return element('div', { class: 'explain' }, button, note);
}
