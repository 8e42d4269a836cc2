import { availableParallelism } from 'node:os';
import type { Backbone, Tap } from '../backbone/backbone.ts';
import type { Part, Photo, SkippedPhoto } from '../dataset/dataset.ts';
import { RegraftError } from '../errors.ts';
import type { FeatureView } from '../features/feature-view.ts';
import type { FittedHead } from '../head/head.ts';
import { floats } from '../onnx/build.ts';
import type { Tensor } from '../onnx/graph.ts';
import type { OnProgress } from '../shared/progress.ts';
import type { Task } from '../shared/task.ts';
import { checkActivations } from './activations/check-room.ts';
import { storeActivations } from './activations/store-activations.ts';
import type { CutNetwork } from './cut/cut-network.ts';
import { checkTime, describeTime, estimateTime } from './estimate-time.ts';
import { initialiseWeights } from './initialise-weights.ts';
import { limitMemory } from './limit-memory.ts';
import type { ScaledHead } from './scaled-head.ts';
import { scoreTuned } from './score-tuned.ts';
import type { TuningSettings } from './settings.ts';
import { tune } from './tune.ts';
import { tunedBackbone, tunedTap } from './tuned-backbone.ts';
import { buildTuningGraphs, headParameters } from './tuning-graphs.ts';
import type { Tuned, TuningProblem, TuningRows } from './tuning.ts';

/** The photos of a part, with what they show. */
export interface TuningPart {
  readonly photos: readonly Photo[];
  /** `[photos, classes]`: 1 where a photo shows the class, else 0. */
  readonly targets: Float32Array;
}

/** What is fine-tuned, on what. */
export interface FineTuneInput {
  readonly backbone: Backbone;
  readonly cut: CutNetwork;
  /** Taps above the cut that the last layer reads, in the order of its columns. */
  readonly taps: readonly Tap[];
  /** The last layer as it starts. */
  readonly head: ScaledHead;
  readonly task: Task;
  readonly parts: Readonly<Record<Part, TuningPart>>;
  readonly views: {
    /** One of them is drawn for each photo and epoch. */
    readonly learn: readonly FeatureView[];
    /** Those whose mean is judged. */
    readonly judge: readonly FeatureView[];
  };
  readonly measure: TuningProblem['measure'];
}

/** How it is fine-tuned. */
export interface FineTuneOptions {
  readonly settings: TuningSettings;
  /** Starts from drawn weights instead of those that the network learned. */
  readonly fromScratch: boolean;
  readonly seed: number;
  readonly home: string;
  readonly checkpoint: { readonly folder: string; readonly key: string; readonly resume: boolean };
  /** The most that activations may take on the disk, bytes. */
  readonly diskLimit?: number | undefined;
  /** The most memory that it may take, bytes. */
  readonly memoryLimit?: number | undefined;
  /** The longest that it may be expected to take, minutes. */
  readonly timeLimit?: number | undefined;
  readonly maxPixels?: number | undefined;
  readonly workers?: number | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A part of a network that was fine-tuned, with its last layer. */
export interface FineTuned {
  /** The network, with the taps of its tuned part beside the others. */
  readonly backbone: Backbone;
  /** The last block that stayed as it was; `all`: none. */
  readonly cut: string;
  /** Names of the tuned taps that the last layer reads, in the order of its columns. */
  readonly taps: readonly string[];
  readonly head: Pick<FittedHead, 'before' | 'weights' | 'bias'>;
  /** Logits of the photos that were not learned from, `[photos, classes]`. */
  readonly logits: Readonly<Record<'validation' | 'test', Float32Array>>;
  readonly course: Omit<Tuned, 'parameters'>;
  /** As used: a memory limit may have made micro-batches smaller. */
  readonly settings: TuningSettings;
  /** Weights that were trained, those of the last layer included. */
  readonly parameters: number;
}

/**
 * Trains what lies behind a cut of a network, together with a last layer, on activations at the cut that are computed once and kept on disk.
 *
 * @throws RegraftError `NOT_DIFFERENTIABLE`, `TUNING_DIVERGED`, `OUT_OF_DISK`, `CHECKPOINT_MISMATCH`, `CANCELLED`.
 */
export async function fineTune(input: FineTuneInput, options: FineTuneOptions): Promise<FineTuned> {
  const { backbone, cut, taps, head, task, parts, views, measure } = input;
  const { seed, signal, onProgress, checkpoint } = options;
  const classes = head.bias.length;
  const start = options.fromScratch ? initialiseWeights(weightsOf(cut, head), seed) : undefined;
  const graphs = buildTuningGraphs({ cut, taps, head, task, ...(start && { weights: start }) });
  const workers = options.workers ?? availableParallelism();
  const settings = limitMemory(options.settings, graphs, workers, options.memoryLimit);
  const wanted = [
    { photos: parts.training.photos, views: views.learn },
    { photos: [...parts.validation.photos, ...parts.test.photos], views: views.judge },
  ];
  const missing = await checkActivations(wanted, backbone, cut, options);
  const time = await estimateTime({
    graphs,
    cut,
    classes,
    settings,
    photos: parts.training.photos.length,
    judged: parts.validation.photos.length * views.judge.length,
    missing: missing.views,
    workers,
    signal,
  });
  checkTime(time, options.timeLimit);
  const weights = (countWeights(graphs.parameters) / 1e6).toPrecision(3);
  const plan = `${weights} million weights; ${describeTime(time, settings.epochs)}.`;
  onProgress?.({ type: 'line', stage: 'tune', text: plan });
  const rows = async (photos: readonly TuningPart[], of: readonly FeatureView[]): Promise<TuningRows[]> => {
    const all = photos.flatMap((part) => part.photos);
    const { store, failed } = await storeActivations(all, backbone, cut, of, {
      ...options,
      diskLimit: undefined,
    });
    refuseFailed(failed);
    return photos.map(({ photos: own, targets }) => ({
      photos: own.length,
      views: of.length,
      targets,
      read: async (chosen, chosenViews) => ({
        [cut.activation.name]: await store.read(
          [...chosen].map((photo) => own[photo]?.sha256 ?? ''),
          [...chosenViews].map((view) => of[view] ?? 'whole'),
        ),
      }),
    }));
  };
  const [training] = await rows([parts.training], views.learn);
  const [validation, test] = await rows([parts.validation, parts.test], views.judge);
  if (training === undefined || validation === undefined || test === undefined) {
    throw new RangeError('Expected rows of every part.');
  }
  const problem = { classes, task, ...graphs, training, validation, measure };
  const { parameters, ...course } = await tune(problem, settings, {
    seed,
    workers,
    signal,
    onProgress,
    checkpoint,
  });
  const [validated, tested] = await scoreTuned(problem, parameters, [validation, test], {
    microBatch: settings.microBatch,
    workers,
    signal,
  });
  const { factor, offset } = head;
  const floatsOf = (name: string): Float32Array => parameters.get(name)?.data as Float32Array;
  return {
    backbone: tunedBackbone(backbone, cut, parameters),
    cut: cut.name,
    taps: taps.map(tunedTap),
    head: {
      before: [{ kind: 'affine', factor, offset }],
      weights: floatsOf(headParameters.weights),
      bias: floatsOf(headParameters.bias),
    },
    logits: { validation: validated ?? new Float32Array(0), test: tested ?? new Float32Array(0) },
    course,
    settings,
    parameters: countWeights(parameters),
  };
}

/** Their features were there a moment ago. */
function refuseFailed([first]: readonly SkippedPhoto[]): void {
  if (first === undefined) return;
  throw new RegraftError(first.code, `${first.path}: ${first.reason}`, {
    hint: 'It could be used when its features were computed: leave the photos as they are and run the same command again.',
  });
}

function countWeights(parameters: ReadonlyMap<string, Tensor>): number {
  return [...parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
}

/** Everything that is trained: a last layer that was fitted on what the network had learned would be no start from scratch. */
function weightsOf({ upper, parameters }: CutNetwork, { weights, bias }: ScaledHead): Map<string, Tensor> {
  const classes = bias.length;
  return new Map([
    ...[...upper.graph.initializers].filter(([name]) => parameters.includes(name)),
    [headParameters.weights, floats([classes, weights.length / classes], weights)],
    [headParameters.bias, floats([classes], bias)],
  ]);
}
