import type * as OnnxRuntime from 'onnxruntime-web/wasm';
import type { InferenceSession } from 'onnxruntime-web/wasm';
import { RegraftError } from '../errors.ts';
import { probabilitiesOutput } from '../model/output-names.ts';
import type { Tensor } from '../onnx/graph.ts';
import type { WebModel } from './read-model.ts';

/** What computes: the graphics card, or the processor. */
export type ExecutionProvider = 'webgpu' | 'wasm';

/** How a runtime is opened. */
export interface RuntimeOptions {
  readonly executionProvider: ExecutionProvider | 'auto';
  /** Where the runtime's own files lie: a folder, with a slash at the end, or each file. Undefined: beside its code. */
  readonly wasmPaths: string | { readonly mjs: string; readonly wasm: string } | undefined;
}

/** A model that is ready to compute. */
export interface OpenRuntime {
  readonly provider: ExecutionProvider;
  /** The values of the outputs for pixels, uint8 `[height, width, 3]`; one run at a time. */
  run(pixels: Uint8Array): Promise<Readonly<Record<string, Tensor>>>;
  close(): Promise<void>;
}

type Ort = typeof OnnxRuntime;

/**
 * Opens a model in onnxruntime-web. With `auto` the graphics card is used where there is one, the model computes in floating point, and the card
 * gives the processor's answer for a drawn photo in less time; a quantised network has operators that it lacks.
 *
 * @throws RegraftError `RUNTIME_MISSING`, `RUNTIME_FAILED`
 */
export async function openRuntime(model: WebModel, options: RuntimeOptions): Promise<OpenRuntime> {
  const { executionProvider } = options;
  const mayUseCard = 'gpu' in globalThis.navigator && !model.isQuantized;
  if (executionProvider === 'wasm' || (executionProvider === 'auto' && !mayUseCard)) {
    return openSession(prepare(await importWasm(), options), model, 'wasm');
  }
  const ort = prepare(await importWebGpu(), options);
  if (executionProvider === 'webgpu') return openSession(ort, model, 'webgpu');
  const processor = await openSession(ort, model, 'wasm');
  const card = await openSession(ort, model, 'webgpu').catch(() => undefined);
  if (card === undefined) return processor;
  const [better, other] = (await isBetter(card, processor, model)) ? [card, processor] : [processor, card];
  await other.close();
  return better;
}

function importWasm(): Promise<Ort> {
  return import('onnxruntime-web/wasm').catch(missing);
}

function importWebGpu(): Promise<Ort> {
  return import('onnxruntime-web/webgpu').catch(missing);
}

function missing(cause: unknown): never {
  throw new RegraftError('RUNTIME_MISSING', 'onnxruntime-web is not installed or cannot be loaded.', {
    hint: 'Install it beside Regraft: npm install onnxruntime-web',
    cause,
  });
}

function prepare(ort: Ort, { wasmPaths }: RuntimeOptions): Ort {
  const { wasm } = ort.env;
  if (wasmPaths !== undefined) wasm.wasmPaths = wasmPaths;
  // Threads share memory, which browsers give only to isolated pages. More than four bring little.
  wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;
  ort.env.logLevel = 'error';
  return ort;
}

async function openSession(ort: Ort, model: WebModel, provider: ExecutionProvider): Promise<OpenRuntime> {
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(model.bytes, {
      executionProviders: [provider],
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw failed('load the model', cause);
  }
  const { width, height } = model.fit;
  return {
    provider,
    async run(pixels) {
      const image = new ort.Tensor('uint8', pixels, [1, height, width, 3]);
      try {
        return toTensors(await session.run({ [model.input]: image }));
      } catch (cause) {
        throw failed('classify a photo', cause);
      }
    },
    close: () => session.release(),
  };
}

/** All outputs of a model file are float32. */
function toTensors(outputs: InferenceSession.OnnxValueMapType): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { dims, data }]) => [
      name,
      { type: 'float32', dims, data: data as Float32Array },
    ]),
  );
}

function failed(what: string, cause: unknown): RegraftError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RegraftError('RUNTIME_FAILED', `onnxruntime-web could not ${what}: ${reason}`, {
    hint: 'Close other pages if memory is short; try executionProvider: "wasm".',
    cause,
  });
}

async function isBetter(card: OpenRuntime, processor: OpenRuntime, model: WebModel): Promise<boolean> {
  const { width, height } = model.fit;
  const drawn = Uint8Array.from(
    { length: width * height * 3 },
    (_, index) => 128 + 127 * Math.sin(index / 97),
  );
  try {
    // The first run compiles.
    await card.run(drawn);
    const byCard = await timed(card, drawn);
    const byProcessor = await timed(processor, drawn);
    const farthest = Math.max(
      ...byProcessor.values.map((value, index) => Math.abs(value - (byCard.values[index] ?? NaN))),
    );
    return farthest <= 1e-3 && byCard.ms < byProcessor.ms;
  } catch {
    return false;
  }
}

async function timed(
  runtime: OpenRuntime,
  pixels: Uint8Array,
): Promise<{ readonly values: readonly number[]; readonly ms: number }> {
  const started = performance.now();
  const { [probabilitiesOutput]: probabilities } = await runtime.run(pixels);
  const ms = performance.now() - started;
  return { values: [...((probabilities?.data ?? []) as Float32Array)], ms };
}
