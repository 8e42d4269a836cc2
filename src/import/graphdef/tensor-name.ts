/** The name under which a tensor of a TensorFlow graph is found: a node's first result goes by the node's name, `pool_3/_reshape:0` too. */
export function normaliseTensorName(name: string): string {
  return name.replace(/:0$/, '');
}
