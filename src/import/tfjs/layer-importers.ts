import {
  importActivation,
  importElu,
  importLeakyRelu,
  importParametricRelu,
  importRelu,
  importSoftmax,
  importThresholdedRelu,
} from './activation-layers.ts';
import {
  importConv2D,
  importDense,
  importDepthwiseConv2D,
  importSeparableConv2D,
} from './convolution-layers.ts';
import type { LayerImporter } from './layer-call.ts';
import { importAverage, importConcatenate, importMerge, importSubtract } from './merge-layers.ts';
import {
  importBatchNormalization,
  importLayerNormalization,
  importNormalization,
  importRescaling,
} from './normalisation-layers.ts';
import {
  importCropping2D,
  importGlobalPooling,
  importPooling,
  importUpSampling2D,
  importZeroPadding2D,
} from './pooling-layers.ts';
import { importFlatten, importPermute, importReshape } from './shape-layers.ts';

/** Every layer that can be imported, by its class in Keras. */
export const layerImporters: ReadonlyMap<string, LayerImporter> = new Map<string, LayerImporter>([
  ['Conv2D', importConv2D],
  ['DepthwiseConv2D', importDepthwiseConv2D],
  ['SeparableConv2D', importSeparableConv2D],
  ['Dense', importDense],
  ['BatchNormalization', importBatchNormalization],
  ['LayerNormalization', importLayerNormalization],
  ['Rescaling', importRescaling],
  ['Normalization', importNormalization],
  ['Activation', importActivation],
  ['ReLU', importRelu],
  ['LeakyReLU', importLeakyRelu],
  ['ThresholdedReLU', importThresholdedRelu],
  ['PReLU', importParametricRelu],
  ['ELU', importElu],
  ['Softmax', importSoftmax],
  ['MaxPooling2D', (call) => importPooling('MaxPool', call)],
  ['AveragePooling2D', (call) => importPooling('AveragePool', call)],
  ['GlobalAveragePooling2D', (call) => importGlobalPooling('Mean', call)],
  ['GlobalMaxPooling2D', (call) => importGlobalPooling('Max', call)],
  ['ZeroPadding2D', importZeroPadding2D],
  ['Cropping2D', importCropping2D],
  ['UpSampling2D', importUpSampling2D],
  ['Flatten', importFlatten],
  ['Reshape', importReshape],
  ['Permute', importPermute],
  ['Add', (call) => importMerge('Add', call)],
  ['Subtract', importSubtract],
  ['Multiply', (call) => importMerge('Mul', call)],
  ['Average', importAverage],
  ['Maximum', (call) => importMerge('Max', call)],
  ['Minimum', (call) => importMerge('Min', call)],
  ['Concatenate', importConcatenate],
]);

/** Layers that pass their input on when a network is used: they act in training alone. */
const identities: ReadonlySet<string> = new Set([
  'InputLayer',
  'Dropout',
  'SpatialDropout2D',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
  'ActivityRegularization',
  'RandomFlip',
  'RandomRotation',
  'RandomTranslation',
  'RandomZoom',
  'RandomContrast',
  'RandomBrightness',
]);

/** Whether a layer of this class passes its input on. */
export function isIdentity(className: string): boolean {
  return identities.has(className);
}
