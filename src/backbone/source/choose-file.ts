import { RegraftError } from '../../errors.ts';
import { foreignByName, foreignNetworkError, isOfSavedModel } from '../../import/foreign-network.ts';

const networkName = /(^|\/)(model\.json|[^/]+\.(onnx|pb|tflite|lite))$/i;

/**
 * Chooses the network among the files of a folder or archive: the only one that is called like a network; the parts of a TensorFlow
 * SavedModel are none.
 *
 * @param source - The folder or archive, for errors.
 * @throws RegraftError `BACKBONE_INVALID` when there is none, `INVALID_OPTION` when there are several.
 */
export function chooseNetworkFile(files: readonly string[], source: string): string {
  const own = files.filter((file) => !file.startsWith('__MACOSX/'));
  const found = own.filter((file) => networkName.test(file) && !isOfSavedModel(file));
  const [only, ...others] = found;
  if (only === undefined) {
    const [foreign] = own.flatMap((file) => foreignByName(file) ?? []);
    if (foreign !== undefined) throw foreignNetworkError(foreign, source);
    throw new RegraftError('BACKBONE_INVALID', `Expected a network in ${source} but found none.`, {
      hint: 'Networks end in .onnx, .pb, .tflite or .lite, or are called model.json.',
    });
  }
  if (others.length > 0) {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected one network in ${source} but found ${found.length}: ${found.slice(0, 5).join(', ')}.`,
      { hint: 'Name the file itself; in an archive, after a #.' },
    );
  }
  return only;
}
