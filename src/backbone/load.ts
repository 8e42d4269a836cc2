import { readFile } from 'node:fs/promises';
import type { Backbone } from './backbone.ts';
import type { NumericForm } from '../onnx/numeric-form.ts';
import { findEntry } from './catalogue.ts';
import { importInception, inceptionPreprocess, inceptionTaps, inceptionVariant } from './inception-v3.ts';
import { ensureWeights, type WeightsOptions } from './weights.ts';

/** Options of {@link loadBackbone}. */
export interface LoadBackboneOptions extends WeightsOptions {
  /** `uint8` computes quantised, `float32` in floating point, slower by two and a half. @default 'uint8' */
  readonly form?: NumericForm | undefined;
}

/**
 * Loads a network of the catalogue by its id; its weights are fetched on first use.
 *
 * @throws RegraftError `BACKBONE_UNKNOWN`, and what {@link ensureWeights} throws.
 */
export async function loadBackbone(id: string, options: LoadBackboneOptions): Promise<Backbone> {
  const { form = 'uint8' } = options;
  const entry = findEntry(id);
  const bytes = await readFile(await ensureWeights(entry, options));
  return {
    id: entry.id,
    sha256: entry.file.sha256,
    form,
    preprocess: inceptionPreprocess,
    variant: inceptionVariant,
    taps: inceptionTaps.map(({ name, size }) => ({ name, size })),
    model: importInception(bytes, entry.id, form),
  };
}
