/** A network with a name that could not be tried where Regraft was made; its bytes are pinned at first use. */
export interface UntestedNetwork {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly licence: string;
  readonly origin: string;
  readonly inputSize: number;
  readonly featureSize: number;
}

/** Networks with names that were not tried. */
export const untestedNetworks: readonly UntestedNetwork[] = [
  {
    id: 'inception-v3-2015',
    title: 'Inception v3 of the classic retrain example (float32)',
    source:
      'https://storage.googleapis.com/download.tensorflow.org/models/image/imagenet/inception-2015-12-05.tgz#classify_image_graph_def.pb',
    licence: 'Apache-2.0',
    origin:
      "Google's Inception v3 of December 2015, the network of TensorFlow's own retrain.py, at its official address.",
    inputSize: 299,
    featureSize: 2048,
  },
];
