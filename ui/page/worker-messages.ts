import type { Prediction } from '../../src/prediction.ts';

/** What the page asks its worker. */
export type WorkerRequest =
  | { readonly id: number; readonly type: 'open'; readonly model: string; readonly runtime: string }
  | {
      readonly id: number;
      readonly type: 'classify';
      readonly photo: Blob | ImageBitmap;
      readonly top: number;
    };

/** What the worker answers; `id` is the request's. */
export type WorkerAnswer =
  | { readonly id: number; readonly type: 'loading'; readonly share: number | undefined }
  | { readonly id: number; readonly type: 'opened'; readonly labels: readonly string[] }
  | { readonly id: number; readonly type: 'classified'; readonly prediction: Prediction; readonly ms: number }
  | { readonly id: number; readonly type: 'failed'; readonly code: string; readonly message: string };
