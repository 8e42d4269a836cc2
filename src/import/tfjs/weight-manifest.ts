import { z } from 'zod';

const quantization = z.object({
  dtype: z.enum(['uint8', 'uint16', 'float16']),
  scale: z.number().optional(),
  min: z.number().optional(),
});

const spec = z.object({
  name: z.string().min(1),
  shape: z.array(z.int().positive()).max(8),
  dtype: z.enum(['float32', 'int32', 'bool']),
  quantization: quantization.optional(),
});

/** A group of `weightsManifest`: its weights lie one after the other in its files, as if these were one. */
export const weightGroupSchema = z.object({ paths: z.array(z.string().min(1)), weights: z.array(spec) });

/** How a weight is stored. */
export type WeightSpec = z.infer<typeof spec>;

/** Weights and the files that hold them. */
export type WeightGroup = z.infer<typeof weightGroupSchema>;

/** The bytes of one number of a weight as it is stored. */
export function storedBytes({ dtype, quantization }: WeightSpec): number {
  return { uint8: 1, uint16: 2, float16: 2, bool: 1, float32: 4, int32: 4 }[quantization?.dtype ?? dtype];
}
