const paths = {
  photo: 'M4 7h3l1.5-2h7L17 7h3v12H4z M12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
  images: 'M4 5h16v14H4z M4 16l4.5-4.5 4 4 2.5-2.5 5 5 M15.5 9.5h.01',
  close: 'M6 6l12 12 M18 6L6 18',
  turn: 'M4 12a8 8 0 0 1 14-5.3L20 8 M20 4v4h-4 M20 12a8 8 0 0 1-14 5.3L4 16 M4 20v-4h4',
  heat: 'M12 21c4 0 6-2.7 6-6 0-4-3-5.5-4-10-3 1.5-4 4-3.5 6.5C9 11 8.500 10 8.500 9 7 10.500 6 12.500 6 15c0 3.300 2 6 6 6z',
} as const;

/** Draws one of the page's signs; screen readers pass over it. */
export function icon(name: keyof typeof paths): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', paths[name]);
  svg.append(path);
  return svg;
}
