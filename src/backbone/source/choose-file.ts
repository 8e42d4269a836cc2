import { RegraftError } from '../../errors.ts';

const networkName = /(^|\/)(model\.json|[^/]+\.(onnx|pb|tflite|lite))$/i;

/**
 * Chooses the network among the files of a folder or archive: the only one that is called like a network.
 *
 * @param source - The folder or archive, for errors.
 * @throws RegraftError `BACKBONE_INVALID` when there is none, `INVALID_OPTION` when there are several.
 */
export function chooseNetworkFile(files: readonly string[], source: string): string {
  const found = files.filter((file) => networkName.test(file) && !file.startsWith('__MACOSX/'));
  const [only, ...others] = found;
  if (only === undefined) {
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
