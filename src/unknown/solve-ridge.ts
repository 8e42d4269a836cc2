import { addScaled, dot, scale } from '../head/vector.ts';
import type { HeldMatrix } from './products.ts';

const mostIterations = 300;
/** A solution is good when its residual is this much shorter than its target. */
const tolerance = 1e-5;

/**
 * Solves `(kernel + ridge · I) · x = target` for several targets at once by conjugate gradients (Hestenes and Stiefel 1952).
 *
 * @param kernel symmetric and positive semi-definite, `[size, size]`
 * @param targets each `[size]`
 * @returns For each target its solution, `[size]`.
 */
export async function solveRidge(
  kernel: HeldMatrix,
  ridge: number,
  targets: readonly Float64Array[],
): Promise<Float64Array[]> {
  const systems = targets.map(startSystem);
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const active = systems.filter(({ square, enough }) => square > enough);
    if (active.length === 0) break;
    const images = await kernel.times(active.map(({ direction }) => direction));
    for (const [index, system] of active.entries()) {
      const image = images[index] ?? system.direction;
      addScaled(image, system.direction, ridge);
      step(system, image);
    }
  }
  return systems.map(({ solution }) => solution);
}

interface System {
  readonly solution: Float64Array;
  readonly residual: Float64Array;
  readonly direction: Float64Array;
  /** Squared length of the residual. */
  square: number;
  /** The squared length at which it is small enough. */
  readonly enough: number;
}

function startSystem(target: Float64Array): System {
  const square = dot(target, target);
  return {
    solution: new Float64Array(target.length),
    residual: target.slice(),
    direction: target.slice(),
    square,
    enough: tolerance ** 2 * square,
  };
}

/** Goes along the direction, of which `image` is what the matrix makes, and turns to the next. */
function step(system: System, image: Float64Array): void {
  const { solution, residual, direction } = system;
  const length = system.square / dot(direction, image);
  addScaled(solution, direction, length);
  addScaled(residual, image, -length);
  const square = dot(residual, residual);
  scale(direction, square / system.square);
  addScaled(direction, residual, 1);
  system.square = square;
}
