import { html, type Content } from './html.ts';
import type { ReportOptions } from './report-options.ts';
import { showImage } from './show-image.ts';

/** Says what the second picture of a photo is. @param what - What its places speak for. */
export function placesNote(what: string): string {
  return `The picture in grey shows which places of the photo spoke for ${what}: from violet, a little, to yellow, the most.`;
}

/** Class names of a list of photos, which are wider where each has two pictures. */
export function photoList({ heats }: ReportOptions): string {
  return heats !== undefined && heats.size > 0 ? 'mistakes explained' : 'mistakes';
}

/** Shows a photo, and beside it the places that speak for a class if they are known. */
export function showExplained(
  path: string,
  alternative: string,
  label: string,
  { thumbnails, heats }: ReportOptions,
): Content {
  const photo = showImage(thumbnails.get(path), alternative);
  const heat = showImage(heats?.get(path), `Places of the photo that speak for ${label}`);
  return heat === false ? photo : html`<div class="pair">${photo}${heat}</div>`;
}
