import { resize, type Resizing } from '../layers/resize.ts';
import {
  inputAt,
  intsAt,
  isPhoto,
  type Operand,
  type Operator,
  type OperatorImporter,
  unsupported,
  valueAt,
} from './operator.ts';

/** Resizes: of the photo, which our decoder does, and inside a network. */
export const resizeOperators: Readonly<Record<string, OperatorImporter>> = {
  ResizeBilinear: (operator) => importResize(operator, 'bilinear'),
  ResizeNearestNeighbor: (operator) => importResize(operator, 'nearest'),
};

function importResize(operator: Operator, method: Resizing['method']): Operand {
  const photo = inputAt(operator, 0);
  const [height = 0, width = 0] = intsAt(operator, 1);
  if (height < 1 || width < 1) throw unsupported(operator, `the size ${height} × ${width}`);
  if (isPhoto(photo) && photo.rank === 4 && photo.size === undefined && method === 'bilinear') {
    return { ...photo, name: operator.name, size: [height, width], resized: true };
  }
  return resize(operator.draft, operator.name, valueAt(operator, 0), {
    method,
    height,
    width,
    alignCorners: operator.attributes.flag('align_corners', false),
    halfPixelCenters: operator.attributes.flag('half_pixel_centers', false),
  });
}
