import { sayFailure } from './answer.ts';
import { type Backend, type ModelCard, PageError } from './backend.ts';
import { camera } from './camera.ts';
import { element } from './element.ts';
import { intake } from './intake.ts';
import { type Language, type LanguageCode, languageNames, openLanguage } from './language.ts';
import { photoList } from './photo-list.ts';

/** What the page is told of itself. */
export interface AppOptions {
  readonly backend: Backend;
  /** The heading until the model is known. */
  readonly title: string;
  /** Is called when photos can be classified, with a way to add a line at the foot of the page. */
  readonly onReady?: (addNote: (text: (language: Language) => string) => void) => void;
}

/** Builds the page into an element. */
export function mountApp(root: HTMLElement, { backend, title, onReady }: AppOptions): void {
  const language = openLanguage();
  const spoken = element('div', { class: 'spoken', 'aria-live': 'polite' });
  const announce = (text: string): void => spoken.replaceChildren(text);
  const models = modelHead(language, title, () => list.again());
  const status = element('div', { class: 'status' });
  let isOpen: () => void = () => undefined;
  const opened = new Promise<unknown>((resolve) => (isOpen = () => resolve(undefined)));
  const shared = { backend, language, model: models.chosen, ready: opened, announce };
  const list = photoList(shared);
  const zone = intake(language, list.add);
  const lens = camera({ ...shared, take: list.add });
  zone.querySelector('.buttons')?.append(lens.button);
  zone.append(status);
  const privacy = element('p', {});
  const foot = element('footer', {}, privacy);
  language.follow((texts) => (privacy.textContent = backend.isLocal ? texts.local : texts.remote));

  const open = async (): Promise<void> => {
    showLoading(status, undefined, language);
    try {
      models.show(await backend.open((share) => showLoading(status, share, language)));
      status.replaceChildren();
      announce(language.texts.ready);
      isOpen();
      onReady?.((text) => {
        const line = element('p', { role: 'status' });
        language.follow(() => (line.textContent = text(language)));
        foot.append(line);
      });
    } catch (error) {
      showOpenFailure(status, error, backend, language, () => void open());
    }
  };

  root.replaceChildren(
    element('header', {}, models.element, languageChoice(language)),
    element('main', {}, zone, lens.panel, list.element, spoken),
    foot,
  );
  void open();
}

interface ModelHead {
  readonly element: HTMLElement;
  readonly chosen: () => string;
  show(models: readonly ModelCard[]): void;
}

/** The model's name and classes; a choice where there are several. */
function modelHead(language: Language, title: string, onChoice: () => void): ModelHead {
  const heading = element('h1', {}, title);
  const select = element('select', { hidden: true });
  const summary = element('summary', {});
  const labels = element('ul', { class: 'chips' });
  // Keeps its place until the model is known.
  const classes = element('details', { class: 'unknown-yet' }, summary, labels);
  summary.textContent = '…';
  let models: readonly ModelCard[] = [];
  const current = (): ModelCard | undefined => models.find(({ name }) => name === select.value) ?? models[0];
  const show = (): void => {
    const model = current();
    if (model === undefined) return;
    heading.textContent = model.name;
    document.title = model.name;
    classes.classList.remove('unknown-yet');
    labels.replaceChildren(...model.labels.map((label) => element('li', {}, label)));
    summary.textContent = language.texts.classes(model.labels.length.toLocaleString(language.code));
  };
  language.follow((texts) => {
    select.setAttribute('aria-label', texts.model);
    show();
  });
  select.addEventListener('change', () => {
    show();
    onChoice();
  });
  return {
    element: element('div', { class: 'model' }, heading, select, classes),
    chosen: () => current()?.name ?? '',
    show(found) {
      models = found;
      select.replaceChildren(...found.map(({ name }) => element('option', { value: name }, name)));
      select.hidden = found.length < 2;
      show();
    },
  };
}

function languageChoice(language: Language): HTMLElement {
  const select = element(
    'select',
    { class: 'language' },
    ...languageNames.map(({ code, name }) => element('option', { value: code, lang: code }, name)),
  );
  select.value = language.code;
  select.addEventListener('change', () => language.choose(select.value as LanguageCode));
  language.follow((texts) => select.setAttribute('aria-label', texts.language));
  return select;
}

function showLoading(status: HTMLElement, share: number | undefined, language: Language): void {
  const { texts } = language;
  const text =
    share === undefined || share >= 1
      ? texts.starting
      : texts.loading(language.percent(Math.floor(share * 100) / 100));
  const progress = element('progress', { max: 1, value: share, 'aria-label': texts.starting });
  status.replaceChildren(progress, element('p', { class: 'note' }, text));
}

function showOpenFailure(
  status: HTMLElement,
  error: unknown,
  backend: Backend,
  language: Language,
  again: () => void,
): void {
  const { texts } = language;
  const failure = element('p', { class: 'failure', role: 'alert' }, sayFailure(error, language));
  if (
    backend.authorize !== undefined &&
    error instanceof PageError &&
    /^(UNAUTHORIZED|TOKEN_NEEDED)$/.test(error.code)
  ) {
    const field = element('input', {
      type: 'password',
      autocomplete: 'current-password',
      required: true,
      id: 'token',
    });
    const form = element(
      'form',
      { class: 'token' },
      element('label', { for: 'token' }, texts.token),
      field,
      element('button', { class: 'primary' }, texts.send),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      backend.authorize?.(field.value);
      again();
    });
    status.replaceChildren(...(error.code === 'UNAUTHORIZED' ? [failure] : []), form);
    field.focus();
    return;
  }
  const retry = element('button', { type: 'button', class: 'secondary' }, texts.retry);
  retry.addEventListener('click', again);
  status.replaceChildren(failure, retry);
}
