import { z } from 'zod';
import { choice, numberBetween, parseOptions, positiveNumber, wholeNumber } from '../options.ts';

const schema = z.strictObject({
  optimizer: choice(['sgd', 'adamw']).default('sgd'),
  /** The highest rate of the schedule; left out, 2e-3 for `sgd` and 1e-4 for `adamw`. */
  learningRate: positiveNumber().optional(),
  schedule: choice(['one-cycle', 'cosine', 'constant']).default('one-cycle'),
  /** Share of the steps in which the rate rises; left out, 0.3 for `one-cycle`, else 0.1. */
  warmUp: numberBetween(0, 0.9).optional(),
  /** Decoupled from the gradient for `adamw`, added to it for `sgd`. */
  weightDecay: numberBetween(0, 1).default(1e-4),
  /** Share of each target that is spread evenly over all classes; of several labels a photo, none is. Measured on 800 flower photos, it gained nothing. */
  labelSmoothing: numberBetween(0, 0.9).default(0),
  /** Parameter of the beta distribution that shares of mixed activations come from; 0 mixes none. */
  mixup: numberBetween(0, 1).default(0),
  epochs: wholeNumber(1, 10_000).default(5),
  /** Photos of a step. */
  batchSize: wholeNumber(1, 65_536).default(32),
  /** Photos that a worker runs at once: the more, the more memory; gradients are summed over a batch. */
  microBatch: wholeNumber(1, 65_536).default(8),
  /** Epochs without a better validation log loss that end the training; `null`: all are trained, as one cycle is best at its end. */
  patience: orNull('null or a whole number of at least 1', (error) =>
    z.number({ error }).int({ error }).min(1, { error }),
  ),
  /** Gradients of a greater norm are shortened to it; `null`: none. */
  clipNorm: orNull('null or a number above 0', (error) => z.number({ error }).positive({ error })),
  /** Decay of a moving average of the weights, which is judged and kept in their place; `null`: none. */
  average: orNull('null or a number from 0 to 0.999999', (error) =>
    z.number({ error }).min(0, { error }).max(0.999999, { error }),
  ),
});

/** Settings of the training loop, as a caller may give them. */
export type TuningOptions = z.input<typeof schema>;

/** Settings of the training loop, complete. */
export type TuningSettings = Readonly<z.output<typeof schema> & Record<'learningRate' | 'warmUp', number>>;

/**
 * Checks settings and fills in the defaults.
 *
 * @throws RegraftError `INVALID_OPTION` naming the setting, what was expected and what was found.
 */
export function resolveTuningSettings(options: TuningOptions = {}): TuningSettings {
  const settings = parseOptions(schema, options, 'Fine-tuning');
  return {
    ...settings,
    learningRate: settings.learningRate ?? (settings.optimizer === 'sgd' ? 2e-3 : 1e-4),
    warmUp: settings.warmUp ?? (settings.schedule === 'one-cycle' ? 0.3 : 0.1),
    microBatch: Math.min(settings.microBatch, settings.batchSize),
  };
}

function orNull(
  expected: string,
  schemaOf: (expected: string) => z.ZodNumber,
): z.ZodDefault<z.ZodNullable<z.ZodNumber>> {
  return schemaOf(expected).nullable().default(null);
}
