/** A test photo with what a model says of it. */
export interface TestedLabels {
  /** SHA-256 of its bytes; of a second copy with `#2` behind it, and so on. */
  readonly key: string;
  /** Names of its classes. */
  readonly labels: readonly string[];
  /** Names of the classes that the model gives it. */
  readonly predicted: readonly string[];
}
