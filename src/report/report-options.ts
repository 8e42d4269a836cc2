/** Photos of one class in each part. */
export interface PartCounts {
  readonly training: number;
  readonly validation: number;
  readonly test: number;
}

/** A test photo that was named right. */
export interface RightExample {
  readonly path: string;
  readonly label: string;
  readonly probability: number;
}

/** What a report shows besides the run record; images are `data:` URIs. */
export interface ReportOptions {
  /** Images of mistakes and examples, by the path of the photo. */
  readonly thumbnails: ReadonlyMap<string, string>;
  /** The same photos with the places that speak for what was named; absent: none. */
  readonly heats?: ReadonlyMap<string, string> | undefined;
  /** Photos that were named right, to be shown beside the mistakes; absent: none. */
  readonly examples?: readonly RightExample[] | undefined;
  /** A few images of training photos, by class name. */
  readonly trainingSamples?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Photos in each part by class name; without it the parts of a class are training-or-validation and test. */
  readonly parts?: ReadonlyMap<string, PartCounts> | undefined;
}
