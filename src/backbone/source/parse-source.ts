import { existsSync } from 'node:fs';
import { RegraftError } from '../../errors.ts';
import { isInnerPath } from './inner-path.ts';
import { isSafeAddress } from './safe-address.ts';
import type { HttpsSource, HubSource, LocalSource, NpmSource, WeightsSource } from './weights-source.ts';

const forms = `A network's source is one of
  npm:<package>@<version>#<path in the package>
  hf:<owner>/<name>[@<revision>]#<path in the repository>
  https://<address>[#<path in the archive>]
  <file or folder>[#<path in the archive>]
each with &sha256=<hexadecimal> (#sha256=… where there is no #) to pin its bytes.`;

// Two letters at least: one is a drive of Windows.
const scheme = /^([a-z][a-z0-9+.-]+):/i;
const knownExtension = /\.(onnx|pb|tflite|lite|json|zip|tgz|tar\.gz)$/i;
const packageName = /^(@[a-z0-9][\w.~-]*\/)?[a-z0-9][\w.~-]*$/i;
const exactVersion = /^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/;
const repoName = /^[a-z0-9][\w.-]*\/[a-z0-9][\w.-]*$/i;
const revisionName = /^[\w.-]+(\/[\w.-]+)*$/;

/**
 * Whether a text names a source, as opposed to a network of the catalogue: it begins with a scheme, holds a path separator or a `#`,
 * ends like a network file or an archive, or exists as a file or folder. Ids of the catalogue come first: ask for those before this.
 */
export function isSource(spec: string): boolean {
  return scheme.test(spec) || /[\\/#]/.test(spec) || knownExtension.test(spec) || existsSync(spec);
}

/**
 * Reads a source: `npm:<package>@<version>#<path>`, `hf:<owner>/<name>[@<revision>]#<path>` (revision `main` by default),
 * `https://…[#<path in the archive>]`, or a local path, also `file.zip#<path in the archive>`. `&sha256=<hexadecimal>` after the
 * path, or `#sha256=<hexadecimal>` where there is none, pins the file's bytes. The address of a file's page on huggingface.co is
 * read as its `hf:` source.
 *
 * @throws RegraftError `INVALID_OPTION`, with the forms in its hint.
 */
export function parseSource(spec: string): WeightsSource {
  const { body, sha256 } = splitPin(spec);
  const pin = sha256 === undefined ? {} : { sha256 };
  const kind = scheme.exec(body)?.[1]?.toLowerCase();
  switch (kind) {
    case 'npm':
      return { ...parseNpm(spec, body), ...pin };
    case 'hf':
      return { ...parseHub(spec, body), ...pin };
    case 'https':
    case 'http':
      return { ...parseAddress(spec, body), ...pin };
    case undefined:
      return { ...parseLocal(spec, body), ...pin };
    default:
      // A file whose name holds a colon.
      if (existsSync(body)) return { type: 'local', path: body, ...pin };
      throw invalid(spec, `"${kind}:" is no place that Regraft fetches from`);
  }
}

function splitPin(spec: string): { body: string; sha256?: string } {
  const found = /^(.*)[#&]sha256=([^#&]*)$/s.exec(spec);
  if (!found) return { body: spec };
  const [, body = '', hash = ''] = found;
  if (!/^[0-9a-f]{64}$/i.test(hash)) {
    throw invalid(spec, `expected 64 hexadecimal digits after sha256=, found "${hash}"`);
  }
  return { body, sha256: hash.toLowerCase() };
}

function parseNpm(spec: string, body: string): NpmSource {
  const [place, path] = splitFragment(body.slice('npm:'.length));
  const at = place.lastIndexOf('@');
  const [name, version] = at > 0 ? [place.slice(0, at), place.slice(at + 1)] : [place, ''];
  if (!packageName.test(name)) throw invalid(spec, `"${name}" is no name of a package`);
  if (!exactVersion.test(version)) {
    throw invalid(spec, `expected an exact version such as @1.2.3, found "${version}"`);
  }
  return {
    type: 'npm',
    package: name,
    version,
    path: requireInner(spec, path, 'of the file in the package'),
  };
}

function parseHub(spec: string, body: string): HubSource {
  const [place, path] = splitFragment(body.slice('hf:'.length));
  const at = place.indexOf('@');
  const [repo, revision] = at < 0 ? [place, 'main'] : [place.slice(0, at), place.slice(at + 1)];
  if (!repoName.test(repo)) throw invalid(spec, `expected <owner>/<name>, found "${repo}"`);
  if (!revisionName.test(revision) || revision.split('/').some((part) => /^\.+$/.test(part))) {
    throw invalid(spec, `"${revision}" is no name of a revision`);
  }
  return { type: 'hf', repo, revision, path: requireInner(spec, path, 'of the file in the repository') };
}

function parseAddress(spec: string, body: string): HttpsSource | HubSource {
  const url = URL.canParse(body) ? new URL(body) : undefined;
  if (!url) throw invalid(spec, 'it is no address');
  if (!isSafeAddress(url)) throw invalid(spec, `expected an https address, found ${body}`);
  if (url.username !== '' || url.password !== '') {
    throw invalid(spec, 'an address with a user and a password is not supported');
  }
  const page = /^\/([^/]+\/[^/]+)\/(?:blob|resolve)\/([^/]+)\/(.+)$/.exec(url.pathname);
  if (url.hostname === 'huggingface.co' && page) {
    const [, repo = '', revision = '', path = ''] = page;
    return parseHub(spec, `hf:${repo}@${decode(spec, revision)}#${decode(spec, path)}`);
  }
  const inside = url.hash.length > 1 ? decode(spec, url.hash.slice(1)) : undefined;
  url.hash = '';
  return {
    type: 'https',
    url: url.href,
    ...(inside === undefined ? {} : { inside: requireInner(spec, inside, 'in the archive') }),
  };
}

function parseLocal(spec: string, body: string): LocalSource {
  if (body === '' || body.includes('\0')) throw invalid(spec, 'it names no file');
  const found = /^(.*\.(?:zip|tgz|tar\.gz))#(.*)$/is.exec(body);
  // A "#" may also be part of a file's name.
  if (!found || existsSync(body)) return { type: 'local', path: body };
  const [, path = '', inside = ''] = found;
  return { type: 'local', path, inside: requireInner(spec, inside, 'in the archive') };
}

function splitFragment(text: string): [place: string, path: string] {
  const at = text.indexOf('#');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function requireInner(spec: string, path: string, what: string): string {
  if (path === '') throw invalid(spec, `expected the path ${what} after #, found none`);
  if (!isInnerPath(path)) {
    throw invalid(spec, `expected a relative path ${what} without "..", found "${path}"`);
  }
  return path;
}

function decode(spec: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(spec, `"${text}" holds a broken % code`);
  }
}

function invalid(spec: string, reason: string): RegraftError {
  return new RegraftError('INVALID_OPTION', `Cannot use "${spec}" as a network: ${reason}.`, { hint: forms });
}
