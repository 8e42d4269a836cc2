import { fitNetwork } from './backbone/adapt-network.ts';
import { attachTaps } from './backbone/attach-taps.ts';
import { catalogue } from './backbone/catalogue.ts';
import { drawPicture } from './backbone/drawn-picture.ts';
import { loadNetwork, type LoadBackboneOptions } from './backbone/load.ts';
import { checkNetworkName } from './backbone/open-network.ts';
import { pickPreprocess } from './backbone/network-options.ts';
import { tapFor } from './backbone/tap-for.ts';
import { RegraftError } from './errors.ts';
import type { Tensor } from './onnx/graph.ts';
import { inferShapes } from './onnx/infer-shapes.ts';
import { openSessions } from './runtime/session-pool.ts';

/** What a self-test of a network found to be right. */
export interface VerifiedBackbone {
  readonly id: string;
  readonly sha256: string;
  /** Taps whose values for a drawn picture are finite and not all equal. */
  readonly taps: readonly string[];
  /** The index of its most probable class for that picture; null where it has no classes. */
  readonly top: number | null;
  /** Whether {@link VerifiedBackbone.top} is what the catalogue knows; null where it knows none. */
  readonly topIsKnown: boolean | null;
  /** How long one picture took on one core, ms. */
  readonly ms: number;
}

const scores = 'verify/scores';

/**
 * Tests a network on a drawn picture: it loads, its taps have the promised sizes and finite values that are not all equal, and its most
 * probable class is the known one.
 *
 * @throws RegraftError `BACKBONE_INVALID` naming what is wrong, and what loading throws.
 */
export async function verifyBackbone(
  network: string,
  options: LoadBackboneOptions,
): Promise<VerifiedBackbone> {
  checkNetworkName(network);
  const opened = await loadNetwork(network, options);
  const { model, fit, taps, logits } = fitNetwork(opened, pickPreprocess(options));
  const { id, sha256 } = opened;
  if (taps.length === 0) throw wrong(id, 'no tap was found');
  const ends =
    logits === undefined ? [] : [{ ...tapFor(logits.tensor, model, inferShapes(model)), name: scores }];
  await using sessions = await openSessions(attachTaps(model, [...taps, ...ends]), {
    ...options,
    workers: 1,
  });
  const picture = {
    type: 'uint8',
    dims: [1, fit.height, fit.width, 3],
    data: drawPicture(fit.width, fit.height),
  } as const;
  const start = performance.now();
  const outputs = await sessions.run({ image: picture }, { signal: options.signal });
  const ms = performance.now() - start;
  for (const { name, size } of taps) checkTap(id, name, size, outputs[name]);
  const top = logits === undefined ? null : indexOfMost(outputs[scores]?.data as Float32Array);
  const known = catalogue.find((entry) => entry.id === network)?.drawnTop;
  if (known !== undefined && top !== known) {
    throw wrong(id, `class ${top} is the most probable one of the drawn picture instead of ${known}`);
  }
  return {
    id,
    sha256,
    taps: taps.map(({ name }) => name),
    top,
    topIsKnown: known === undefined ? null : true,
    ms,
  };
}

function checkTap(id: string, name: string, size: number, tensor: Tensor | undefined): void {
  const values = tensor?.data as Float32Array | undefined;
  if (values?.length !== size) {
    throw wrong(id, `tap ${name} gives ${values?.length ?? 'no'} values instead of ${size}`);
  }
  if (!values.every(Number.isFinite)) throw wrong(id, `tap ${name} gives values that are not finite`);
  if (values.every((value) => value === values[0])) throw wrong(id, `all values of tap ${name} are equal`);
}

function indexOfMost(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}

function wrong(id: string, found: string): RegraftError {
  return new RegraftError('BACKBONE_INVALID', `${id} fails its self-test: ${found}.`, {
    hint: 'Fetch it again; if that does not help, report it with `regraft --version` and your processor.',
  });
}
