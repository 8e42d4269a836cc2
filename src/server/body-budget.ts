import { RegraftError } from '../errors.ts';

/** Counts the bytes of all bodies that are held at the same time, so that memory stays bounded however many clients send. */
export interface BodyBudget {
  /** Bytes that are held. */
  readonly held: number;
  /**
   * Counts more bytes.
   *
   * @throws RegraftError `SERVER_BUSY` when they are too many.
   */
  take(bytes: number): void;
  /** Counts bytes no longer. */
  give(bytes: number): void;
}

/** Makes a budget of so many bytes. */
export function bodyBudget(limit: number): BodyBudget {
  let held = 0;
  return {
    get held() {
      return held;
    },
    take(bytes) {
      if (held + bytes > limit) {
        throw new RegraftError(
          'SERVER_BUSY',
          `Expected at most ${limit} bytes of photos at the same time, but ${held} are held already.`,
          { hint: 'Send it again after the seconds of the header Retry-After.' },
        );
      }
      held += bytes;
    },
    give(bytes) {
      held -= bytes;
    },
  };
}
