import { floats } from '../../../onnx/build.ts';
import { applyBinary } from '../../layers/elementwise.ts';
import { normaliseResponse } from '../../layers/local-response.ts';
import { normaliseLength } from '../../layers/normalise-length.ts';
import { softmax } from '../../layers/softmax.ts';
import { read, write } from '../activations.ts';
import { fusedActivation, inputsOf, optionsOf, type OperatorImporters, outputOf } from '../operator.ts';

/** Operators that weigh values against their neighbours. */
export const normalisationOperators: OperatorImporters = {
  SOFTMAX(operator, draft) {
    const [input] = inputsOf(operator, draft, 1);
    const beta = optionsOf(operator, draft).float(0, 0);
    const value = read(draft, input);
    write(draft, outputOf(operator, draft), (name) => {
      const scaled =
        beta === 1 ? value : applyBinary(draft, `${name}#scaled`, 'Mul', value, floats([], [beta]));
      return softmax(draft, name, scaled);
    });
  },
  LOG_SOFTMAX(operator, draft) {
    const [input] = inputsOf(operator, draft, 1);
    const value = read(draft, input);
    write(draft, outputOf(operator, draft), (name) => softmax(draft, name, value, { log: true }));
  },
  L2_NORMALIZATION(operator, draft) {
    const [input] = inputsOf(operator, draft, 1);
    const value = read(draft, input);
    write(draft, outputOf(operator, draft), (name) => normaliseLength(draft, name, value), {
      clamp: fusedActivation(operator, draft, operator.options?.byte(0, 0) ?? 0),
    });
  },
  LOCAL_RESPONSE_NORMALIZATION(operator, draft) {
    const [input] = inputsOf(operator, draft, 1);
    const options = optionsOf(operator, draft);
    const value = read(draft, input);
    write(draft, outputOf(operator, draft), (name) =>
      normaliseResponse(draft, name, value, {
        radius: options.int(0, 0),
        bias: options.float(1, 0),
        alpha: options.float(2, 0),
        beta: options.float(3, 0),
      }),
    );
  },
};
