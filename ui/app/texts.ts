/** Everything that the page says, in one language. */
export interface Texts {
  readonly language: string;
  readonly classes: (count: string) => string;
  readonly model: string;
  readonly drop: string;
  readonly dropNow: string;
  readonly paste: string;
  readonly choose: string;
  readonly camera: string;
  readonly takePhoto: string;
  readonly live: string;
  readonly switchCamera: string;
  readonly closeCamera: string;
  readonly cameraView: string;
  readonly cameraPhoto: string;
  readonly pastedPhoto: string;
  readonly loading: (percent: string) => string;
  readonly starting: string;
  readonly ready: string;
  readonly waiting: string;
  readonly answers: string;
  readonly clear: string;
  readonly remove: (name: string) => string;
  readonly noneOfThese: string;
  readonly nearest: (label: string, probability: string) => string;
  readonly noLabel: string;
  readonly shows: string;
  readonly announce: (name: string, answer: string) => string;
  readonly heatMap: string;
  readonly heatMapOf: (name: string) => string;
  readonly heatMapLegend: string;
  readonly local: string;
  readonly remote: string;
  readonly offline: string;
  readonly token: string;
  readonly send: string;
  readonly retry: string;
  readonly unexpected: string;
  /** By the code of an error; others are told as they came. */
  readonly errors: Readonly<Record<string, string>>;
}
