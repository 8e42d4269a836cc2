import { cancelledError, RegraftError } from '../errors.ts';

/** How much of a model has come. */
export interface LoadProgress {
  /** Bytes. */
  readonly loaded: number;
  /** Bytes; undefined where the server does not say. */
  readonly total: number | undefined;
}

/**
 * Fetches a model file, or the `model.onnx` of a folder.
 *
 * @throws RegraftError `MODEL_NOT_FOUND` when it does not come, `CANCELLED`.
 */
export async function fetchModel(
  url: URL,
  signal?: AbortSignal,
  onProgress?: (progress: LoadProgress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok) throw notFound(url, `the server answers ${response.status}`);
    return await readBody(response, onProgress);
  } catch (cause) {
    if (cause instanceof RegraftError) throw cause;
    if (signal?.aborted === true) throw cancelledError();
    throw notFound(url, 'it cannot be fetched', cause);
  }
}

async function readBody(
  { headers, body }: Response,
  onProgress: ((progress: LoadProgress) => void) | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  // The length of a compressed body is not that of the file.
  const length = headers.has('content-encoding') ? 0 : Number(headers.get('content-length'));
  const total = length > 0 ? length : undefined;
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part?.value === undefined) break;
    chunks.push(part.value);
    loaded += part.value.length;
    onProgress?.({ loaded, total });
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function notFound(url: URL, reason: string, cause?: unknown): RegraftError {
  return new RegraftError('MODEL_NOT_FOUND', `Expected a model at ${url.href}, but ${reason}.`, {
    hint: 'Give the address of the model.onnx that `regraft train` made, or of its folder with a slash at the end.',
    cause,
  });
}
