import type { Model, ValueInfo } from './graph.ts';

/** The batch that a network takes: `N` for any number of photos, 1 where its file fixes it. Its outputs have the same. */
export function batchOf({ graph }: Model): ValueInfo['dims'][number] {
  return graph.inputs[0]?.dims[0] ?? 'N';
}
