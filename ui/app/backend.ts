import type { Prediction } from '../../src/prediction.ts';

/** A model that photos can be shown to. */
export interface ModelCard {
  readonly name: string;
  readonly labels: readonly string[];
}

/** How far the loading of a model is, 0 to 1; undefined while that cannot be told. */
export type OnLoading = (share: number | undefined) => void;

/** What answers: the model in this browser, or a server. */
export interface Backend {
  /** Whether photos stay in this browser. */
  readonly isLocal: boolean;
  /** @throws PageError */
  open(onLoading: OnLoading): Promise<readonly ModelCard[]>;
  /** @throws PageError */
  classify(photo: Blob | ImageBitmap, model: string): Promise<Prediction>;
  /** Draws over a photo, as PNG, what spoke for the answer. @throws PageError */
  readonly explain?: (photo: Blob, model: string) => Promise<Blob>;
  /** Takes the token that the server asks for. */
  readonly authorize?: (token: string) => void;
}

/** A failure with a code by which the page finds its words. */
export class PageError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'PageError';
    this.code = code;
  }
}
