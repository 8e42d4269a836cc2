import { html, type Content } from './html.ts';

const dataUri = /^data:image\/(?:jpeg|png|webp|avif|gif);base64,[A-Za-z0-9+/]+={0,2}$/;

/** Shows an image that the page carries itself; any other address is left out, as the report opens no connection. */
export function showImage(uri: string | undefined, alternative: string): Content {
  return (
    uri !== undefined && dataUri.test(uri) && html`<img src="${uri}" alt="${alternative}" loading="lazy" />`
  );
}
