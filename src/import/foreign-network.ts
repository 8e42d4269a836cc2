import { RegraftError } from '../errors.ts';

/** A kind of file that holds a network which has to be exported first. */
export interface ForeignNetwork {
  /** With its article, for messages. */
  readonly kind: string;
  readonly remedy: string;
}

const savedModel: ForeignNetwork = {
  kind: 'a TensorFlow SavedModel',
  remedy:
    'Convert its folder to TensorFlow Lite (tf.lite.TFLiteConverter.from_saved_model) or to ONNX (tf2onnx), or freeze its graph into one .pb',
};
const torch: ForeignNetwork = {
  kind: 'a PyTorch file',
  remedy: 'Export the network as ONNX in PyTorch: torch.onnx.export(model.eval(), …)',
};
const safetensors: ForeignNetwork = {
  kind: 'a safetensors file, which holds weights without their layers',
  remedy: 'Load them into their network in PyTorch and export it as ONNX: torch.onnx.export(model.eval(), …)',
};
const keras: ForeignNetwork = {
  kind: 'a Keras file',
  remedy: 'Export the network in Keras: model.export("network.tflite", format="litert")',
};
const hdf5: ForeignNetwork = { ...keras, kind: 'an HDF5 file, as Keras writes it' };

const savedModelFile = /(^|\/)(saved_model|fingerprint|keras_metadata)\.pb$/i;
const names: readonly (readonly [RegExp, ForeignNetwork])[] = [
  [savedModelFile, savedModel],
  // What torch.save and transformers write, and what lies inside of it.
  [/(\.(pt|pth|pt2)|(^|\/)(data\.pkl|pytorch_model[^/]*\.bin))$/i, torch],
  [/\.safetensors$/i, safetensors],
  [/\.(keras|h5|hdf5)$/i, keras],
];

/** Whether a file of a folder is a part of a TensorFlow SavedModel though it is called as a frozen graph. */
export function isOfSavedModel(path: string): boolean {
  return savedModelFile.test(path);
}

/** Tells a network that has to be exported first by the name of its file, or of one in its folder or archive. */
export function foreignByName(path: string): ForeignNetwork | undefined {
  return names.find(([pattern]) => pattern.test(path))?.[1];
}

/**
 * Tells a network that has to be exported first by its first bytes. They are those of HDF5
 * (https://docs.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html), of the length of safetensors' JSON header, and of a
 * SavedModel's version, with which no frozen graph can begin.
 */
export function foreignByContent(bytes: Uint8Array, name: string): ForeignNetwork | undefined {
  const [first, second = 0] = bytes;
  const text = String.fromCharCode(...bytes.subarray(0, 10));
  if (text.startsWith('\u0089HDF\r\n\u001a\n')) return hdf5;
  if (text.endsWith('\0\0\0\0{"')) return safetensors;
  const isVersion = /\.pb$/i.test(name) && first === 0x08 && second === 0x01;
  if (isVersion || (isOfSavedModel(name) && first !== 0x0a)) return savedModel;
  return /keras_metadata\.pb$/i.test(name) ? savedModel : undefined;
}

/** The error for a network that has to be exported first. */
export function foreignNetworkError({ kind, remedy }: ForeignNetwork, source: string): RegraftError {
  return new RegraftError('BACKBONE_INVALID', `Expected a network in ${source} but found ${kind}.`, {
    hint: `${remedy}. How: docs/backbones.md.`,
  });
}
