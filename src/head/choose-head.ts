import { fitTemperature } from '../evaluate/calibration.ts';
import type { FittedHead, HeadInput } from './head.ts';
import { learnRows } from './joined-rows.ts';
import { measureLogits } from './measure-logits.ts';
import { pickTaps } from './pick-taps.ts';
import { planSearch, type SearchPlan } from './plan-search.ts';
import { middleTapSet } from './tap-sets.ts';
import type { ResolvedHead } from './trainers.ts';

/** A head on a set of taps that was fitted and judged. */
export interface HeadTrial {
  readonly head: string;
  /** Indices of its taps, ascending. */
  readonly taps: readonly number[];
  readonly columns: number;
  /** Of photos that were not learned from, a fraction. */
  readonly accuracy: number;
  /** Of the same photos, calibrated, in nats: what is compared. */
  readonly logLoss: number;
}

/** The head that was chosen. */
export interface HeadChoice {
  readonly head: FittedHead;
  /** Indices of the taps that it reads, ascending. */
  readonly taps: readonly number[];
  /** What was tried, in that order; empty where there was nothing to choose. */
  readonly trials: readonly HeadTrial[];
}

/** Fewer photos than this to judge by tell nothing: the middle is taken. */
const fewestJudged = 50;
/** A set of fewer taps is taken when its log loss is larger by no more than this share. */
const worthOfFewer = 0.01;

/**
 * Chooses a head and the taps that it reads. The scout is fitted on every set of taps; the set of least log loss is kept (a smaller one where it is
 * worse by 1 % at most), and the heads are fitted on that one. The log loss is that of photos that the scoring weights have not seen, after
 * calibration. Each fit is whole, so the winner is ready: fitted on training and validation.
 *
 * @param input - With the columns of all taps.
 */
export async function chooseHead(input: HeadInput, plan: SearchPlan): Promise<HeadChoice> {
  const { classes, taps: sizes = [input.training.features.columns] } = input;
  const { sets, scout, heads } = planSearch({ rows: countRows(input), classes, taps: sizes }, plan);
  const [first] = heads;
  if (first === undefined || sets.length === 0) throw new RangeError('Expected a head and a set of taps.');
  const isPlain = sets.length * heads.length === 1;
  if (isPlain || countJudged(input) < fewestJudged) {
    return { ...(await fitOn(input, middleTapSet(sets), first)), trials: [] };
  }
  const tried: Tried[] = [];
  const others = heads.filter(({ type }) => type !== scout.type || sets.length === 1);
  const total = (sets.length > 1 ? sets.length : 0) + others.length;
  const attempt = async (taps: readonly number[], head: ResolvedHead): Promise<Tried> => {
    const result = await tryOn({ ...input, onProgress: undefined }, taps, head);
    tried.push(result);
    input.onProgress?.({ type: 'progress', stage: 'head', done: tried.length, total, unit: 'trials' });
    return result;
  };
  if (sets.length > 1) for (const taps of sets) await attempt(taps, scout);
  const least = Math.min(...tried.map(({ trial }) => trial.logLoss));
  const set = tried.find(({ trial }) => trial.logLoss <= least * (1 + worthOfFewer))?.taps ?? sets[0] ?? [];
  for (const head of others) await attempt(set, head);
  const rivals = tried.filter(
    ({ taps, head }) => taps === set && heads.some(({ type }) => type === head.type),
  );
  const best = rivals.reduce((a, b) => (b.trial.logLoss < a.trial.logLoss ? b : a));
  return { head: best.head, taps: best.taps, trials: tried.map(({ trial }) => trial) };
}

interface Fitted {
  readonly head: FittedHead;
  readonly taps: readonly number[];
}

interface Tried extends Fitted {
  readonly trial: HeadTrial;
}

function countRows({ training, validation }: HeadInput): number {
  return learnRows(training).labels.length + learnRows(validation).labels.length;
}

function countJudged({ training, validation }: HeadInput): number {
  return training.labels.length + validation.labels.length;
}

async function fitOn(input: HeadInput, taps: readonly number[], { fit }: ResolvedHead): Promise<Fitted> {
  const { training, validation } = input;
  const sizes = input.taps ?? [training.features.columns];
  const head = await fit({
    ...input,
    taps: taps.map((tap) => sizes[tap] ?? 0),
    training: await pickTaps(training, sizes, taps),
    validation: await pickTaps(validation, sizes, taps),
  });
  return { head, taps };
}

async function tryOn(input: HeadInput, taps: readonly number[], head: ResolvedHead): Promise<Tried> {
  const { classes } = input;
  const fitted = await fitOn(input, taps, head);
  const { logits, labels } = fitted.head.outOfFold;
  const inverse = 1 / fitTemperature({ logits, labels }, classes);
  const { accuracy, crossEntropy } = measureLogits(
    logits.map((logit) => logit * inverse),
    labels,
    classes,
  );
  const sizes = input.taps ?? [];
  const columns = taps.reduce((sum, tap) => sum + (sizes[tap] ?? 0), 0);
  return { ...fitted, trial: { head: head.type, taps, columns, accuracy, logLoss: crossEntropy } };
}
