import { resize, type Resizing } from '../../layers/resize.ts';
import { read, write } from '../activations.ts';
import { inputsOf, numbersOf, type OperatorImporter, type OperatorImporters, outputOf } from '../operator.ts';

/** Operators that scale a picture. */
export const resizingOperators: OperatorImporters = {
  RESIZE_BILINEAR: importResize('bilinear', { alignCorners: 2, halfPixelCenters: 3 }),
  RESIZE_NEAREST_NEIGHBOR: importResize('nearest', { alignCorners: 0, halfPixelCenters: 1 }),
};

function importResize(
  method: Resizing['method'],
  fields: { readonly alignCorners: number; readonly halfPixelCenters: number },
): OperatorImporter {
  return (operator, draft) => {
    const [input, size] = inputsOf(operator, draft, 2);
    const [height = 0, width = 0] = numbersOf(operator, draft, size);
    const value = read(draft, input);
    write(draft, outputOf(operator, draft), (name) =>
      resize(draft, name, value, {
        height,
        width,
        method,
        alignCorners: operator.options?.flag(fields.alignCorners) ?? false,
        halfPixelCenters: operator.options?.flag(fields.halfPixelCenters) ?? false,
      }),
    );
  };
}
