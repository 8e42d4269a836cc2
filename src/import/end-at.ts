import { RegraftError } from '../errors.ts';
import { cutAt } from '../onnx/cut.ts';
import type { ValueInfo } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/infer-shapes.ts';
import type { ImportedNetwork } from './imported-network.ts';

/**
 * Lets a network end with one of its tensors. Labels are kept only where that is what it ended with.
 *
 * @param source - The file's name, for errors.
 * @throws RegraftError `INVALID_OPTION` when it has no such tensor.
 */
export function endAt(network: ImportedNetwork, output: string, source: string): ImportedNetwork {
  const { model, labels, ...rest } = network;
  const { outputs } = model.graph;
  const isFirst = outputs[0]?.name === output;
  const end = outputs.find(({ name }) => name === output) ?? describe(network, output);
  if (end === undefined) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected a tensor of ${source} for the network's output but received "${output}".`,
      {
        hint: `Its own outputs are ${outputs.map(({ name }) => name).join(', ')}; tensors inside are named by \`regraft inspect\`.`,
      },
    );
  }
  return { ...rest, model: cutAt(model, [end]), ...(isFirst && labels !== undefined ? { labels } : {}) };
}

function describe({ model }: ImportedNetwork, tensor: string): ValueInfo | undefined {
  if (!model.graph.nodes.some(({ outputs }) => outputs.includes(tensor))) return undefined;
  const facts = inferShapes(model).get(tensor);
  return { name: tensor, type: facts?.type ?? 'float32', dims: facts?.dims ?? [] };
}
