import type { OperatorImporter } from './operator.ts';
import { type Operator, unsupported } from './operator.ts';
import { levels, type Photo } from './photo.ts';

/** Where photos come in: as numbers, as levels, or as the bytes of a file that the graph decodes itself. */
export const photoOperators: Readonly<Record<string, OperatorImporter>> = {
  Placeholder: placeholder,
  DecodeJpeg: decode,
  DecodePng: decode,
  DecodeBmp: decode,
  DecodeImage: decode,
};

/** TensorFlow's numbers of types. */
const [uint8, floatTypes] = [4, [1, 2, 14, 19]];

function placeholder(operator: Operator): Photo | readonly Photo[] {
  const type = operator.attributes.type('dtype');
  const shape = operator.attributes.shape('shape') ?? [-1, -1, -1, 3];
  const [height = 0, width = 0, channels = 0] = shape.slice(-3);
  const isPicture = (shape.length === 4 || shape.length === 3) && (channels === 3 || channels === -1);
  if (!isPicture || height === 0 || width === 0 || !(type === uint8 || floatTypes.includes(type))) {
    throw unsupported(
      operator,
      `an input of type ${type} and shape [${shape.join(', ')}] where a picture [N, height, width, 3] is expected`,
    );
  }
  return {
    kind: 'photo',
    name: operator.name,
    rank: shape.length === 3 ? 3 : 4,
    ...(height > 0 && width > 0 ? { size: [height, width] as const } : {}),
    resized: false,
    // Bytes are levels; what range numbers have, a placeholder does not tell.
    ...(type === uint8 ? { scaling: levels } : {}),
  };
}

function decode(operator: Operator): Photo {
  const { attributes, name } = operator;
  const channels = attributes.int('channels', 0);
  const [ratio, type] = [attributes.int('ratio', 1), attributes.type('dtype')];
  if ((channels !== 0 && channels !== 3) || ratio !== 1 || (type !== 0 && type !== uint8)) {
    throw unsupported(operator, `${channels} channels, a ratio of ${ratio} and type ${type}`);
  }
  return { kind: 'photo', name, rank: 3, resized: false, scaling: levels };
}
