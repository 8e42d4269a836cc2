/** A part of a network's input pixels: all of them, or a rectangle of 80 % of each side. */
export type ViewCrop =
  'whole' | 'centre-80' | 'top-left-80' | 'top-right-80' | 'bottom-left-80' | 'bottom-right-80';

/** A deterministic view of a photo, made of the network's input pixels: a part, stretched to all of the input, as it is or mirrored. */
export type PhotoView = ViewCrop | `${ViewCrop}-mirrored`;

/** How many views a set has. */
export type ViewCount = 1 | 2 | 4 | 10;

const crops: Readonly<Record<ViewCount, readonly ViewCrop[]>> = {
  1: ['whole'],
  2: ['whole'],
  4: ['whole', 'centre-80'],
  10: ['whole', 'top-left-80', 'top-right-80', 'bottom-left-80', 'bottom-right-80'],
};

/** The numbers of views that there are sets of. */
export const viewCounts = Object.keys(crops).map(Number) as readonly ViewCount[];

/** The views of a set, the whole photo first; in all sets but that of one, each part is followed by its mirror. */
export function viewsOf(count: ViewCount): readonly PhotoView[] {
  return count === 1 ? crops[1] : crops[count].flatMap((crop) => [crop, `${crop}-mirrored`] as const);
}

/** Every view that a set has. */
export const photoViews: readonly PhotoView[] = [...new Set(viewCounts.flatMap(viewsOf))];

/** Takes a view apart. */
export function describeView(view: PhotoView): { readonly crop: ViewCrop; readonly mirrored: boolean } {
  const [crop, mirror] = view.split(/-(?=mirrored$)/);
  return { crop: crop as ViewCrop, mirrored: mirror !== undefined };
}
