import { normaliseBatch } from '../layers/batch-norm.ts';
import { normaliseResponse } from '../layers/local-response.ts';
import { softmax } from '../layers/softmax.ts';
import { floatsAt, type Operator, type OperatorImporter, unsupported, valueAt } from './operator.ts';
import { requireChannelsLast } from './window-attributes.ts';

/** Normalisations of channels and of classes. */
export const normalisationOperators: Readonly<Record<string, OperatorImporter>> = {
  BatchNormWithGlobalNormalization: importGlobalNormalisation,
  FusedBatchNorm: importFused,
  FusedBatchNormV2: importFused,
  FusedBatchNormV3: importFused,
  LRN: importLocalResponse,
  LogSoftmax: (operator) => softmax(operator.draft, operator.name, valueAt(operator, 0), { log: true }),
  Softmax: (operator) => softmax(operator.draft, operator.name, valueAt(operator, 0)),
};

/** The classic's own: (x, mean, variance, beta, gamma), gamma counting only with `scale_after_normalization`. */
function importGlobalNormalisation(operator: Operator): ReturnType<OperatorImporter> {
  const { attributes, draft, name } = operator;
  const isScaled = attributes.flag('scale_after_normalization', false);
  return normaliseBatch(draft, name, valueAt(operator, 0), {
    mean: floatsAt(operator, 1),
    variance: floatsAt(operator, 2),
    offset: floatsAt(operator, 3),
    scale: isScaled ? floatsAt(operator, 4) : undefined,
    epsilon: attributes.float('variance_epsilon', 0.001),
  });
}

function importFused(operator: Operator): ReturnType<OperatorImporter> {
  const { attributes, draft, name } = operator;
  if (attributes.flag('is_training', true)) {
    throw unsupported(operator, 'is_training set: it was frozen for training, not for use');
  }
  requireChannelsLast(operator);
  return normaliseBatch(draft, name, valueAt(operator, 0), {
    scale: floatsAt(operator, 1),
    offset: floatsAt(operator, 2),
    mean: floatsAt(operator, 3),
    variance: floatsAt(operator, 4),
    epsilon: attributes.float('epsilon', 0.0001),
  });
}

function importLocalResponse(operator: Operator): ReturnType<OperatorImporter> {
  const { attributes, draft, name } = operator;
  const radius = attributes.int('depth_radius', 5);
  if (radius < 0) throw unsupported(operator, `a depth_radius of ${radius}`);
  return normaliseResponse(draft, name, valueAt(operator, 0), {
    radius,
    bias: attributes.float('bias', 1),
    alpha: attributes.float('alpha', 1),
    beta: attributes.float('beta', 0.5),
  });
}
