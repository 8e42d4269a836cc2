/** The numeric form in which a network computes: quantised to uint8, or in floating point. */
export type NumericForm = 'uint8' | 'float32';
