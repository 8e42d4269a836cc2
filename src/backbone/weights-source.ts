/** What every source may carry. */
interface Pinned {
  /** The only SHA-256 (lower-case hexadecimal) that the network's file may have. */
  readonly sha256?: string | undefined;
}

/** A file in a package of the npm registry. */
export interface NpmSource extends Pinned {
  readonly type: 'npm';
  readonly package: string;
  /** An exact version. */
  readonly version: string;
  /** Path of the file inside the package, `/` between folders. */
  readonly path: string;
  /** Size of the package's tarball, for progress. */
  readonly bytes?: number;
  /** The bytes of the file that are the network, the last one not included, where it holds more. @default all of it */
  readonly range?: readonly [start: number, end: number];
}

/** A file in a repository of the Hugging Face hub. */
export interface HubSource extends Pinned {
  readonly type: 'hf';
  /** `<owner>/<name>`. */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  readonly path: string;
}

/** A file on a web server. */
export interface HttpsSource extends Pinned {
  readonly type: 'https';
  /** Without a fragment. */
  readonly url: string;
  /** Path inside the archive at that address. */
  readonly inside?: string | undefined;
}

/** A file or folder on this machine. */
export interface LocalSource extends Pinned {
  readonly type: 'local';
  /** As the user wrote it; a relative path counts from the working directory. */
  readonly path: string;
  /** Path inside the archive at that path. */
  readonly inside?: string | undefined;
}

/** A place that is reached over the network. */
export type RemoteSource = NpmSource | HubSource | HttpsSource;

/** A place that weights can be fetched from. */
export type WeightsSource = RemoteSource | LocalSource;

/**
 * Writes a source the way the documentation does: `npm:<package>@<version>#<path>`, `hf:<owner>/<name>@<revision>#<path>`, the URL or
 * the path, the last two with `#<path inside the archive>`; a pinned one ends with `&sha256=<hexadecimal>`.
 */
export function formatSource(source: WeightsSource): string {
  const [place, inside] = partsOf(source);
  const fragment = [inside, source.sha256 === undefined ? undefined : `sha256=${source.sha256}`].filter(
    (part) => part !== undefined,
  );
  return fragment.length === 0 ? place : `${place}#${fragment.join('&')}`;
}

function partsOf(source: WeightsSource): [place: string, inside: string | undefined] {
  switch (source.type) {
    case 'npm':
      return [`npm:${source.package}@${source.version}`, source.path];
    case 'hf':
      return [`hf:${source.repo}@${source.revision}`, source.path];
    case 'https':
      // In an address, % begins a code.
      return [source.url, source.inside?.replaceAll('%', '%25')];
    case 'local':
      return [source.path, source.inside];
  }
}
