import type { NumericForm } from '../onnx/numeric-form.ts';
import type { ImportedNetwork } from './imported-network.ts';

/** What the caller says about a network beside its file. */
export interface ImportOptions {
  /** @default the file's own form */
  readonly form?: NumericForm | undefined;
  /** The input's size where the file leaves it open. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** Name of the tensor to compute, where a file has several ends. */
  readonly output?: string | undefined;
}

/** Gives a file that lies beside the network, by its path with `/`; undefined when there is none. */
export type ReadBeside = (path: string) => Uint8Array | undefined;

/** A file format of networks: one file in its own folder, and one line in formats.ts. */
export interface NetworkFormat {
  readonly name: string;
  /** True when it chooses among several outputs itself, as it leaves out what the chosen one does not need. */
  readonly choosesOutput?: true;
  /** What the names of its files look like. */
  readonly named: RegExp;
  /** Whether a file whose name tells nothing is of this format, by its first bytes. */
  readonly begins: (bytes: Uint8Array) => boolean;
  /**
   * @param source - The file's name, for errors.
   * @throws RegraftError `BACKBONE_INVALID`, `OPERATOR_UNSUPPORTED`, `PREPROCESS_UNKNOWN`, `INVALID_OPTION`.
   */
  readonly read: (
    bytes: Uint8Array,
    source: string,
    beside: ReadBeside,
    options: ImportOptions,
  ) => ImportedNetwork;
}
