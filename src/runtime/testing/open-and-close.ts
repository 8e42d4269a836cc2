// Opens and closes the same 16 MB graph many times in a process of its own. Prints resident MB after warm-up and at the end.
import { floats, node } from '../../onnx/build.ts';
import { encodeModel } from '../../onnx/write.ts';
import { openSessions } from '../session-pool.ts';

const side = 2000;
const weights = floats([side, side], new Float32Array(side * side).fill(1 / side));
const graph = {
  name: 'large',
  nodes: [node('MatMul', ['x', 'weights'], ['y'])],
  initializers: new Map([['weights', weights]]),
  inputs: [{ name: 'x', type: 'float32', dims: ['N', side] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['N', side] }],
} as const;
const model = encodeModel({ opset: 17, metadata: {}, graph });
const x = floats([1, side], new Float32Array(side).fill(1));

const residentMb: number[] = [];
for (let round = 0; round < 18; round++) {
  await using pool = await openSessions(model, { workers: 1 });
  await pool.run({ x });
  residentMb.push(process.memoryUsage().rss / 2 ** 20);
}
process.stdout.write(JSON.stringify({ warm: residentMb[3], end: residentMb.at(-1) }));
