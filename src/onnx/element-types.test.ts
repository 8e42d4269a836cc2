import { expect, it } from 'vitest';
import { viewBytes } from './element-types.ts';

it('views aligned bytes in place and copies the others, Node Buffers too', () => {
  const bytes = Buffer.from(new Uint8Array(new Float32Array([0, 1.5, -2]).buffer));
  const shifted = Buffer.concat([Buffer.from([7]), bytes]).subarray(1);
  const start = Buffer.alloc(64);
  const at = (4 - (start.byteOffset % 4)) % 4;
  bytes.copy(start, at + 1);
  const misaligned = start.subarray(at + 1, at + 1 + bytes.length);
  expect(misaligned.byteOffset % 4).toBe(1);
  expect([...viewBytes('float32', misaligned)]).toEqual([0, 1.5, -2]);
  expect([...viewBytes('float32', shifted)]).toEqual([0, 1.5, -2]);
  const whole = new Uint8Array(new Float32Array([3]).buffer);
  expect(viewBytes('float32', whole).buffer).toBe(whole.buffer);
});
