/** The output of every model file: float32 `[N, classes]`, rows that sum to 1, or with several labels a photo a probability of each class for itself; N is 1 where the network takes one photo at a time. */
export const probabilitiesOutput = 'probabilities';

/** The second output of model files that tell photos of none of their classes: float32 `[N]`, larger is more unknown. */
export const unknownOutput = 'unknown';
