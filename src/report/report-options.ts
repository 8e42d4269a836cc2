/** Photos of one class in each part. */
export interface PartCounts {
  readonly training: number;
  readonly validation: number;
  readonly test: number;
}

/** What a report shows besides the run record; images are `data:` URIs. */
export interface ReportOptions {
  /** Image of a mistake, by the path of its photo. */
  readonly thumbnails: ReadonlyMap<string, string>;
  /** A few images of training photos, by class name. */
  readonly trainingSamples?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Photos in each part by class name; without it the parts of a class are training-or-validation and test. */
  readonly parts?: ReadonlyMap<string, PartCounts> | undefined;
}
