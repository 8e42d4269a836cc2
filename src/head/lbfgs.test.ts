import { describe, expect, it } from 'vitest';
import { minimise, type Objective } from './lbfgs.ts';
import { createRandom } from './random.ts';

/** Rosenbrock's valley in any even number of dimensions; its minimum is at ones. */
const rosenbrock: Objective = (point) => {
  let value = 0;
  const gradient = new Float64Array(point.length);
  for (let i = 0; i < point.length; i += 2) {
    const [x, y] = [point[i]!, point[i + 1]!];
    value += 100 * (y - x * x) ** 2 + (1 - x) ** 2;
    gradient[i] = -400 * x * (y - x * x) - 2 * (1 - x);
    gradient[i + 1] = 200 * (y - x * x);
  }
  return Promise.resolve({ value, gradient });
};

/** `½ Σ cᵢ (xᵢ − i)²`, with curvatures from 1 to `condition`. */
function quadratic(dimensions: number, condition: number): Objective {
  return (point) => {
    let value = 0;
    const gradient = new Float64Array(dimensions);
    for (let i = 0; i < dimensions; i++) {
      const curvature = condition ** (i / (dimensions - 1));
      value += 0.5 * curvature * (point[i]! - i) ** 2;
      gradient[i] = curvature * (point[i]! - i);
    }
    return Promise.resolve({ value, gradient });
  };
}

describe('minimise', () => {
  it.each([2, 20])("finds the floor of Rosenbrock's valley in %i dimensions", async (dimensions) => {
    const start = Float64Array.from({ length: dimensions }, (_, i) => (i % 2 === 0 ? -1.2 : 1));
    const minimum = await minimise(rosenbrock, start, { gradientTolerance: 1e-8, valueTolerance: 0 });
    expect(minimum.converged).toBe(true);
    expect(minimum.iterations).toBeLessThan(80);
    for (const component of minimum.point) expect(component).toBeCloseTo(1, 7);
  });

  it('finds the minimum of an ill-conditioned quadratic form', async () => {
    const minimum = await minimise(quadratic(12, 1e4), new Float64Array(12), {
      gradientTolerance: 1e-8,
      valueTolerance: 0,
      maxIterations: 500,
    });
    expect(minimum.converged).toBe(true);
    for (const [i, component] of minimum.point.entries()) expect(component).toBeCloseTo(i, 6);
  });

  it('takes long steps where the first is far too short, and short ones where it is far too long', async () => {
    for (const curvature of [1e-6, 1e6]) {
      const objective: Objective = ([x = 0]) =>
        Promise.resolve({
          value: 0.5 * curvature * (x - 3) ** 2,
          gradient: Float64Array.of(curvature * (x - 3)),
        });
      const { point } = await minimise(objective, Float64Array.of(1000), {
        gradientTolerance: 1e-9 * curvature,
        valueTolerance: 0,
      });
      expect(point[0]).toBeCloseTo(3, 6);
    }
  });

  it('never ends higher than it started when values are rounded to float32', async () => {
    const random = createRandom('noise');
    const exact = quadratic(6, 100);
    const noisy: Objective = async (point) => {
      const { value, gradient } = await exact(point);
      return {
        value: Math.fround(value + 10) * (1 + 1e-8 * random.truncatedNormal()),
        gradient: gradient.map(Math.fround),
      };
    };
    const minimum = await minimise(noisy, new Float64Array(6).fill(50), {
      gradientTolerance: 1e-12,
      valueTolerance: 0,
    });
    for (const [i, component] of minimum.point.entries()) expect(component).toBeCloseTo(i, 2);
  });

  it('stops at once at a minimum', async () => {
    const minimum = await minimise(quadratic(3, 10), Float64Array.of(0, 1, 2));
    expect(minimum).toMatchObject({ iterations: 0, evaluations: 1, converged: true, value: 0 });
  });

  it('says so when the iterations run out', async () => {
    const minimum = await minimise(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 3 });
    expect(minimum).toMatchObject({ iterations: 3, converged: false });
  });

  it('steps back from points where the objective is not finite', async () => {
    const objective: Objective = ([x = 0]) =>
      Promise.resolve({ value: x <= 0 ? NaN : x - Math.log(x), gradient: Float64Array.of(1 - 1 / x) });
    const { point } = await minimise(objective, Float64Array.of(30), {
      gradientTolerance: 1e-9,
      valueTolerance: 0,
    });
    expect(point[0]).toBeCloseTo(1, 6);
  });

  it('leaves its start as it is and gives the same point each time', async () => {
    const start = Float64Array.of(-1.2, 1);
    const first = await minimise(rosenbrock, start);
    expect([...start]).toEqual([-1.2, 1]);
    expect((await minimise(rosenbrock, start)).point).toEqual(first.point);
  });
});
