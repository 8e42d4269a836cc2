import type { Draft } from './draft.ts';

/**
 * Calls an open batch `N`, in the image input and in the outputs; another open size of that name gets another one, and sizes that exporters
 * write as 0 or −1 have no name.
 *
 * @param image - The name of the image input.
 */
export function nameBatch(draft: Draft, image: string): void {
  const batch = draft.inputs.find(({ name }) => name === image)?.dims[0];
  const rename = (dim: number | string): number | string => {
    if (typeof dim === 'number') return dim < 0 ? '' : dim;
    if (dim !== '' && dim === batch) return 'N';
    return dim === 'N' ? 'N_size' : dim;
  };
  draft.inputs = draft.inputs.map((value) => ({ ...value, dims: value.dims.map(rename).with(0, 'N') }));
  draft.outputs = draft.outputs.map((value) => {
    const dims = value.dims.map(rename);
    // Exporters often call the batch of an output by the operator that made it.
    const isOpen = typeof dims[0] === 'string' && !dims.includes('N');
    return { ...value, dims: isOpen ? dims.with(0, 'N') : dims };
  });
}
