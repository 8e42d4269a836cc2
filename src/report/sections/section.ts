import { html, type Content, type Html } from '../html.ts';

/** A section of the report: heading and explanation on one side, what it shows on the other. */
export interface Section {
  /** Its anchor. */
  readonly id: string;
  readonly title: string;
  /** One or two sentences for readers who are new to the matter. */
  readonly explanation: Content;
  readonly body: Content;
  /** Puts the heading above: for bodies that need the whole width. */
  readonly wide?: boolean;
}

/** Lays out a section. */
export function renderSection({ id, title, explanation, body, wide = false }: Section): Html {
  return html`<section class="${wide && 'wide-section'}" id="${id}" aria-labelledby="${id}-title">
    <header>
      <h2 id="${id}-title">${title}</h2>
      <p>${explanation}</p>
    </header>
    <div class="body">${body}</div>
  </section> `;
}

/** A wide thing that scrolls sideways on its own, also by keyboard. */
export function renderScrollable(label: string, body: Content): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${body}</div>`;
}
