import { element } from './element.ts';
import { icon } from './icon.ts';
import type { Language } from './language.ts';
import type { GivenPhoto } from './photo-card.ts';

/** Makes the place that takes photos: dropped anywhere on the page, pasted, or chosen. */
export function intake(language: Language, take: (photos: readonly GivenPhoto[]) => void): HTMLElement {
  const input = element('input', { type: 'file', accept: 'image/*', multiple: true, hidden: true });
  const choose = element('button', { type: 'button', class: 'primary', id: 'choose' });
  const title = element('h2', { class: 'drop-title' });
  const paste = element('p', { class: 'note' });
  const buttons = element('div', { class: 'buttons' }, choose, input);
  const zone = element('section', { class: 'drop' }, icon('images'), title, paste, buttons);

  language.follow((texts) => {
    title.textContent = texts.drop;
    paste.textContent = texts.paste;
    choose.replaceChildren(texts.choose);
  });
  choose.addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    take(photosOf(input.files ?? [], language));
    // So that the same photo can be chosen again.
    input.value = '';
  });
  document.addEventListener('paste', (event) => {
    const photos = photosOf(event.clipboardData?.files ?? [], language);
    if (photos.length > 0) take(photos);
  });
  followDrag(
    zone,
    (isOver) => {
      zone.classList.toggle('over', isOver);
      title.textContent = isOver ? language.texts.dropNow : language.texts.drop;
    },
    (files) => take(photosOf(files, language)),
  );
  return zone;
}

/** Tells when files are dragged over the page and when they are dropped. */
function followDrag(
  zone: HTMLElement,
  onOver: (isOver: boolean) => void,
  onDrop: (files: FileList) => void,
): void {
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    onOver(true);
  });
  document.addEventListener('dragleave', (event) => {
    // Between elements of the page there is another element to enter.
    if (event.relatedTarget === null) onOver(false);
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    onOver(false);
    if (event.dataTransfer !== null && event.dataTransfer.files.length > 0) onDrop(event.dataTransfer.files);
    zone.scrollIntoView({ block: 'nearest' });
  });
}

function photosOf(files: Iterable<File>, { texts }: Language): GivenPhoto[] {
  return Array.from(files, (file) => ({
    // Browsers call everything that is pasted by this name.
    name: file.name === '' || file.name === 'image.png' ? texts.pastedPhoto : file.name,
    blob: file,
  }));
}
