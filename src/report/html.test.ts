import { describe, expect, it } from 'vitest';
import { html, name } from './html.ts';

describe('html', () => {
  it('escapes what could end a text or a quoted attribute', () => {
    expect(html`<p title="${`"'`}">${'<script>&'}</p>`.markup).toBe(
      '<p title="&quot;&#39;">&lt;script&gt;&amp;</p>',
    );
  });

  it('keeps markup that it made, also in lists', () => {
    const items = ['a', '<'].map((item) => html`<li>${item}</li>`);
    expect(html`${items}`.markup).toBe('<li>a</li><li>&lt;</li>');
  });

  it('writes zero but nothing for null, undefined and false', () => {
    expect(html`${0}|${null}|${undefined}|${false}`.markup).toBe('0|||');
  });

  it('replaces characters that may not stand in a page', () => {
    expect(name('a\u0000b\u001b[0m\ud800c😀').markup).toBe('<bdi>a\ufffdb\ufffd[0m\ufffdc😀</bdi>');
  });
});
