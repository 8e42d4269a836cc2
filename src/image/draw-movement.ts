import type { Size } from './enlarge.ts';

/** How a picture is moved: a part of it is stretched to its full size, perhaps mirrored, then turned around its middle. */
export interface Movement {
  /** In pixels. */
  readonly crop: Size & { readonly left: number; readonly top: number };
  readonly mirrored: boolean;
  /** Clockwise. */
  readonly degrees: number;
}

/**
 * Draws a movement: torchvision's `RandomResizedCrop(scale=(0.5, 1))`, whose sides are 3:4 to 4:3 of those of the picture (a side that would be too
 * long is cut to the picture's instead of drawn again), mirrored half of the time, turned by up to 15°.
 *
 * @param random - Gives numbers in [0, 1).
 */
export function drawMovement(random: () => number, { width, height }: Size): Movement {
  const area = 0.5 + 0.5 * random();
  const ratio = (4 / 3) ** (2 * random() - 1);
  const side = (whole: number, share: number): number =>
    Math.min(whole, Math.max(1, Math.round(whole * Math.sqrt(share))));
  const [across, down] = [side(width, area * ratio), side(height, area / ratio)];
  return {
    crop: {
      left: Math.floor(random() * (width - across + 1)),
      top: Math.floor(random() * (height - down + 1)),
      width: across,
      height: down,
    },
    mirrored: random() < 0.5,
    degrees: 30 * random() - 15,
  };
}
