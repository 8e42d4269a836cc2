import type { Tensor } from '../onnx/graph.ts';

/** Names a tensor that lies in a worker's memory. */
export interface PinnedTensor {
  readonly pinned: number;
  /** The worker that holds it. */
  readonly worker: number;
}

/** Numbers in memory that all threads see. */
export type SharedFloats = Float32Array<SharedArrayBuffer>;

/** What the main thread asks of a session worker; each request gets one {@link Reply} of the same id. */
export type Request = { readonly id: number } & (
  | { readonly type: 'open'; readonly session: number; readonly model: Uint8Array }
  | { readonly type: 'close'; readonly session: number }
  | {
      readonly type: 'run';
      readonly session: number;
      readonly feeds: Readonly<Record<string, Tensor | PinnedTensor>>;
      /** Memory that outputs are written into instead of being sent back. */
      readonly into?: Readonly<Record<string, SharedFloats>>;
    }
  | { readonly type: 'pin'; readonly pinned: number; readonly tensor: Tensor }
  | { readonly type: 'refill'; readonly values: readonly (readonly [pinned: number, tensor: Tensor])[] }
  | { readonly type: 'unpin'; readonly pinned: number }
);

/** A worker's answer. */
export type Reply = { readonly id: number } & (
  | { readonly outputs: Readonly<Record<string, Tensor>> }
  | { readonly failure: { readonly kind: 'missing' | 'failed'; readonly message: string } }
);
