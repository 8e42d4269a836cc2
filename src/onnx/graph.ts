/** Element types of tensors that Regraft handles, by their ONNX names. */
export type ElementType = 'float32' | 'float16' | 'float64' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool';

/** The values of a tensor; float16 as its bits, bool as bytes. */
export type TensorData =
  Float32Array | Float64Array | Uint8Array | Int8Array | Int32Array | BigInt64Array | Uint16Array;

/** A dense tensor in row-major order. */
export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** The type and shape of a graph's input or output; a string is a symbolic dimension such as `N`, or `''`. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

/** An attribute of a node. Numbers that must be floats are wrapped, as ONNX keeps the two apart. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: Tensor }
  | { readonly graph: Graph };

/** An operator with the names of the tensors that it reads (`''` for an absent optional one) and makes. */
export interface GraphNode {
  readonly op: string;
  /** Empty for ONNX's own operators. */
  readonly domain?: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A computation as data: nodes in topological order, constants by name. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** A graph with what an ONNX file says about it. */
export interface Model {
  readonly graph: Graph;
  /** Version of ONNX's operator set. */
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
}
