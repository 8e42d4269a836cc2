import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floats, node } from '../onnx/build.ts';
import type { Model, Tensor } from '../onnx/graph.ts';
import { encodeModel } from '../onnx/write.ts';
import { openSessions, type SessionPool, type SharedFloats } from './session-pool.ts';

const size = 256;

/** x · xᵀ many times over: takes some tens of milliseconds, so that runs overlap. */
const product: Model = modelOf([
  ...Array.from({ length: 40 }, (_, index) =>
    node('MatMul', [index === 0 ? 'x' : `p${index}`, 'x'], [`q${index + 1}`]),
  ),
  ...Array.from({ length: 40 }, (_, index) => node('Tanh', [`q${index + 1}`], [`p${index + 1}`])),
  node('Identity', ['p40'], ['y']),
]);
const twice: Model = modelOf([node('Add', ['x', 'x'], ['y'])]);

describe('a pool of sessions', () => {
  let pool: SessionPool;
  beforeAll(async () => {
    pool = await openSessions(product, { workers: 2 });
  });
  afterAll(() => pool[Symbol.asyncDispose]());

  it('leaves the main thread free while it computes', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await Promise.all([0, 1, 2, 3].map((seed) => pool.run({ x: square(seed) })));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });

  it('gives the same result in any worker, to the bit', async () => {
    const [first, second] = [
      await pool.run({ x: square(1) }, { worker: 0 }),
      await pool.run({ x: square(1) }, { worker: 1 }),
    ];
    expect(pool.workers).toBe(2);
    expect(first).toEqual(second);
    expect(first.y?.dims).toEqual([size, size]);
  });

  it('queues more runs than it has workers, and gives each its own result', async () => {
    await using doubling = await openSessions(twice, { workers: 2 });
    const seeds = Array.from({ length: 9 }, (_, seed) => seed);
    const results = await Promise.all(seeds.map((seed) => doubling.run({ x: square(seed) })));
    for (const [seed, { y }] of results.entries()) {
      expect(y?.data).toEqual(Float32Array.from(square(seed).data as Float32Array, (value) => value * 2));
    }
  });

  it('keeps pinned tensors in one worker until they are taken out', async () => {
    const pinned = await pool.pin(square(3), 1);
    const feeds = { x: pinned };
    expect(await pool.run(feeds, { worker: 1 })).toEqual(await pool.run({ x: square(3) }));
    await expect(pool.run(feeds, { worker: 0 })).rejects.toThrow('is not pinned in this worker');
    await pool.unpin(pinned);
    await expect(pool.run(feeds, { worker: 1 })).rejects.toThrow('is not pinned in this worker');
  });

  it('copies what it is fed, and moves it when told so', async () => {
    const copied = square(4);
    const expected = await pool.run({ x: copied });
    expect(copied.data).toHaveLength(size * size);
    const moved = square(4);
    expect(await pool.run({ x: moved }, { transfer: true })).toEqual(expected);
    expect(moved.data).toHaveLength(0);
  });

  it('does not move a part of a larger buffer, which others may use, nor one buffer twice', async () => {
    const model = modelOf([node('Add', ['x', 'z'], ['y'])], ['x', 'z']);
    await using adding = await openSessions(model, { workers: 1 });
    const large = new Float32Array(2 * size * size).fill(2);
    const part = floats([size, size], large.subarray(size * size));
    const { y } = await adding.run({ x: part, z: part }, { transfer: true });
    expect(y?.data[7]).toBe(4);
    expect(large).toHaveLength(2 * size * size);
    const whole = square(1);
    const { y: doubled } = await adding.run({ x: whole, z: whole }, { transfer: true });
    expect(doubled?.data[size]).toBe(Number(square(1).data[size]) * 2);
  });

  it('does not start a run whose signal is aborted, whether at once or while it waits', async () => {
    const before = AbortSignal.abort();
    await expect(pool.run({ x: square(1) }, { signal: before })).rejects.toMatchObject({ code: 'CANCELLED' });
    const controller = new AbortController();
    const running = [pool.run({ x: square(1) }), pool.run({ x: square(2) })];
    const waiting = pool.run({ x: square(3) }, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await Promise.all(running);
    // The worker that the cancelled run would have had is free again.
    await Promise.all([pool.run({ x: square(1) }), pool.run({ x: square(2) }), pool.run({ x: square(3) })]);
  });

  it('takes feeds from shared memory, and gives pinned tensors other values from there', async () => {
    const shared = floats([size, size], shareFloats(square(1).data as Float32Array));
    const expected = await pool.run({ x: square(1) });
    expect(await pool.run({ x: shared }, { transfer: true })).toEqual(expected);
    const pins = [await pool.pin(shared, 0), await pool.pin(shared, 1)];
    (shared.data as Float32Array).set(square(2).data as Float32Array);
    // Until it is told, a worker keeps the values that it was given.
    expect(await pool.run({ x: pins[0]! }, { worker: 0 })).toEqual(expected);
    await pool.refill(new Map(pins.map((pin) => [pin, shared])));
    const other = await pool.run({ x: square(2) });
    for (const x of pins) expect(await pool.run({ x }, { worker: x.worker })).toEqual(other);
    await pool.refill(new Map([[pins[1]!, square(3)]]));
    expect(await pool.run({ x: pins[1]! }, { worker: 1 })).toEqual(await pool.run({ x: square(3) }));
    expect(await pool.run({ x: pins[0]! }, { worker: 0 })).toEqual(other);
    await expect(pool.refill(new Map([[pins[0]!, floats([1], [1])]]))).rejects.toThrow(
      `expected ${size * size} values to be written but found 1`,
    );
    await Promise.all(pins.map((pin) => pool.unpin(pin)));
  });

  it('writes outputs into shared memory when told so', async () => {
    const target = shareFloats(new Float32Array(size * size + 2));
    const y = target.subarray(1, size * size + 1);
    const expected = await pool.run({ x: square(1) });
    expect(await pool.run({ x: square(1) }, { into: { y } })).toEqual({});
    expect(Float32Array.from(y)).toEqual(expected.y?.data);
    expect([target[0], target.at(-1)]).toEqual([0, 0]);
    await expect(pool.run({ x: square(1) }, { into: { y: target } })).rejects.toThrow(
      `expected ${target.length} values to be written but found ${size * size}`,
    );
  });

  it('opens another graph in the same threads, for which the same tensors are pinned', async () => {
    const doubling = await pool.openBeside(twice);
    const x = await pool.pin(square(5), 1);
    expect((await doubling.run({ x }, { worker: 1 })).y?.data[7]).toBe(Number(square(5).data[7]) * 2);
    await pool.unpin(x);
    await doubling[Symbol.asyncDispose]();
    await expect(doubling.run({ x: square(1) })).rejects.toThrow('is not open');
    expect((await pool.run({ x: square(1) })).y?.dims).toEqual([size, size]);
  });

  it('tells what onnxruntime says of a wrong feed, and goes on', async () => {
    const wrong = floats([1], [1]);
    await expect(pool.run({ nobody: wrong })).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
    await expect(pool.run({ x: wrong })).rejects.toThrow(/^onnxruntime failed: /);
    expect((await pool.run({ x: square(1) })).y?.dims).toEqual([size, size]);
  });

  it('refuses a worker that it does not have', async () => {
    await expect(pool.run({ x: square(1) }, { worker: 2 })).rejects.toThrow(
      'Expected a worker below 2 but received 2',
    );
  });
});

describe('opening and closing sessions', () => {
  it('opens again after all have been closed', async () => {
    // onnxruntime cannot be loaded a second time once no thread holds it ("Module did not self-register").
    for (let round = 0; round < 3; round++) {
      await using pool = await openSessions(twice, { workers: 3 });
      expect((await pool.run({ x: square(round) })).y?.data[5]).toBe(Number(square(round).data[5]) * 2);
    }
  });

  it('closes twice without harm, and refuses runs afterwards', async () => {
    const pool = await openSessions(twice, { workers: 1 });
    await pool[Symbol.asyncDispose]();
    await pool[Symbol.asyncDispose]();
    await expect(pool.run({ x: square(1) })).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
  });

  it('closes what was opened beside it', async () => {
    const pool = await openSessions(product, { workers: 1 });
    const doubling = await pool.openBeside(twice);
    await pool[Symbol.asyncDispose]();
    await expect(doubling.run({ x: square(1) })).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
    await doubling[Symbol.asyncDispose]();
  });

  it('finishes the runs that have begun when it is closed', async () => {
    const pool = await openSessions(product, { workers: 2 });
    const running = [pool.run({ x: square(1) }), pool.run({ x: square(2) })];
    // Runs begin one microtask after they are asked for.
    await Promise.resolve();
    await pool[Symbol.asyncDispose]();
    for (const { y } of await Promise.all(running)) expect(y?.dims).toEqual([size, size]);
  });

  it.each([
    ['no model', new Uint8Array([1, 2, 3])],
    ['an unknown operator', encodeModel(modelOf([node('Unheard', ['x'], ['y'])]))],
    ['a tensor that nothing makes', encodeModel(modelOf([node('Relu', ['nowhere'], ['y'])]))],
  ])('says what is wrong with a model: %s', async (_, bytes) => {
    await expect(openSessions(bytes, { workers: 2 })).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
    // The threads are of use again.
    await using pool = await openSessions(twice, { workers: 2 });
    expect((await pool.run({ x: square(1) })).y?.dims).toEqual([size, size]);
  });

  it('opens nothing when the signal is aborted', async () => {
    await expect(openSessions(twice, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it.each([0, -1, 1.5, NaN])('refuses %d workers', async (workers) => {
    await expect(openSessions(twice, { workers })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});

function modelOf(nodes: Model['graph']['nodes'], inputs: readonly string[] = ['x']): Model {
  const value = (name: string): Model['graph']['inputs'][number] => ({
    name,
    type: 'float32',
    dims: ['N', 'M'],
  });
  return {
    opset: 17,
    metadata: {},
    graph: { name: 'test', nodes, initializers: new Map(), inputs: inputs.map(value), outputs: [value('y')] },
  };
}

function shareFloats(values: Float32Array): SharedFloats {
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

function square(seed: number): Tensor {
  return floats(
    [size, size],
    Float32Array.from({ length: size * size }, (_, index) => Math.sin(index * (seed + 1)) / size),
  );
}
