import type { RunRecord } from '../../model/run-record.ts';

/** A record of a training on three classes with 30 test photos, 27 of them right. */
export function makeRunRecord(change: (run: RunRecord) => void = () => undefined): RunRecord {
  const run: RunRecord = {
    schemaVersion: 1,
    options: {
      source: 'flowers',
      out: null,
      split: null,
      network: {
        backbone: 'inception-v3',
        form: null,
        taps: null,
        networkOutput: null,
        inputSize: null,
        scaling: null,
        resize: null,
        kernel: null,
      },
      nested: false,
      allowSmall: false,
      strict: false,
      maxPixels: null,
      unknown: true,
      falseRejectionPercent: 5,
      measureUnknown: null,
    },
    dataset: {
      name: 'flowers',
      classes: ['daisy', 'roses', 'tulips'],
      counts: { daisy: 100, roses: 100, tulips: 100 },
    },
    split: {
      training: 240,
      validation: 30,
      test: 30,
      source: 'hash',
      validationPercent: 10,
      testPercent: 10,
      seed: 0,
    },
    skipped: [],
    notices: [],
    backbone: {
      id: 'inception-v3',
      sha256: 'a'.repeat(64),
      form: 'uint8',
      preprocess: {
        width: 299,
        height: 299,
        resize: 'stretch',
        crop: 1,
        kernel: 'bilinear',
        scaling: null,
      },
      taps: ['AvgPool'],
      featureSize: 2048,
    },
    features: { computed: 300, cached: 0 },
    head: { type: 'logistic', settings: {}, temperature: 1 },
    metrics: {
      validation: { accuracy: 0.9, count: 30 },
      test: {
        count: 30,
        accuracy: 0.9,
        interval95: [0.7438, 0.9654],
        topK: [{ k: 1, accuracy: 0.9 }],
        logLoss: 0.3,
        ece: 0.02,
        eceUncalibrated: 0.04,
        macro: { precision: 0.9, recall: 0.9, f1: 0.9 },
        perClass: [
          { label: 'daisy', support: 10, precision: 1, recall: 1, f1: 1 },
          { label: 'roses', support: 10, precision: 0.8, recall: 0.9, f1: 0.85 },
          { label: 'tulips', support: 10, precision: null, recall: 0.8, f1: null },
        ],
        confusion: [
          [10, 0, 0],
          [0, 9, 1],
          [0, 2, 8],
        ],
      },
    },
    unknown: null,
    mistakes: [],
    timings: { scanMs: 100, featuresMs: 5000, headMs: 1000, evaluateMs: 100, totalMs: 6400 },
    model: { path: 'model.onnx', sha256: 'b'.repeat(64), bytes: 24_100_000 },
    versions: { regraft: '0.1.0', node: '20.19.0', onnxruntime: '1.24.3', platform: 'linux-x64' },
    finishedAt: '2025-01-01T00:00:00.000Z',
  };
  change(run);
  return run;
}
