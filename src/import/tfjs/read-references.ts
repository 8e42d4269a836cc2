import { RegraftError } from '../../errors.ts';

/** Where a value comes from: the result `tensor` of the call `node` of a layer. */
export interface NamedResult {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

/**
 * Reads the references of one call, or a network's inputs or outputs: `["conv1", 0, 0, {}]` or a list of those (Keras 2 and TensorFlow.js),
 * or objects that hold `keras_history` at any depth (Keras 3).
 *
 * @param where - The field with its file, for errors.
 * @throws RegraftError `BACKBONE_INVALID` when there are none.
 */
export function readReferences(value: unknown, where: string): readonly NamedResult[] {
  const found: NamedResult[] = [];
  // A stack instead of recursion: a damaged file may nest without end.
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const item = stack.pop();
    if (typeof item !== 'object' || item === null) continue;
    const reference = referenceOf(Array.isArray(item) ? item : historyOf(item));
    if (reference !== undefined) found.push(reference);
    else for (const child of childrenOf(item).reverse()) stack.push(child);
  }
  if (found.length > 0) return found;
  throw new RegraftError('BACKBONE_INVALID', `Expected the names of layers in ${where}, but found none.`, {
    hint: 'The file may be damaged: fetch or convert it again.',
  });
}

function referenceOf(item: unknown): NamedResult | undefined {
  if (!Array.isArray(item)) return undefined;
  const [layer, node, tensor] = item as readonly unknown[];
  const isReference = typeof layer === 'string' && isIndex(node) && isIndex(tensor);
  return isReference ? { layer, node, tensor } : undefined;
}

function isIndex(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function historyOf(item: object): unknown {
  const { config } = item as { config?: { keras_history?: unknown } | null };
  return config?.keras_history;
}

/** Of a call of Keras 3 only the positional arguments: the others are settings. */
function childrenOf(item: object): unknown[] {
  if (Array.isArray(item)) return [...(item as unknown[])];
  const { args } = item as { args?: unknown };
  return args === undefined ? Object.values(item) : [args];
}
