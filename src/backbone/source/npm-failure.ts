import { writeError } from '../../atomic-file.ts';
import { RegraftError } from '../../errors.ts';

/** What npm said about its failure. */
export interface NpmFailure {
  /** npm's own code (`E404`, `ENOTFOUND`, …), empty when it gave none. */
  readonly code: string;
  readonly summary: string;
}

/** Reads npm's failure from its output: the JSON document of `--json`, else the `npm error` lines. */
export function readNpmFailure(stdout: string, stderr: string): NpmFailure {
  const json = readJson(stdout);
  if (json) return json;
  const lines = stderr
    .split(/\r?\n/)
    .map((line) => line.replace(/^npm (?:ERR!|error) ?/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && !line.startsWith('Log files'));
  const code = lines.find((line) => /^code \S+$/.test(line))?.slice('code '.length) ?? '';
  const summary = lines.find((line) => !/^(code|errno|syscall|path|dest) /.test(line)) ?? '';
  return { code, summary };
}

/** Turns npm's failure into a RegraftError that tells it in one sentence and says what to look at. */
export function npmError(spec: string, folder: string, failure: NpmFailure): unknown {
  const { code, summary } = failure;
  if (['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return writeError(folder, Object.assign(new Error(summary), { code }));
  }
  // npm repeats its code in some summaries and not in others.
  const telling = [summary.includes(code) ? '' : code, summary.replace(/^\w*Error: /, '')]
    .filter((part) => part !== '')
    .join(', ');
  const message = `npm could not fetch ${spec}: ${telling.replace(/\.$/, '') || 'it gave no reason'}.`;
  return new RegraftError('DOWNLOAD_FAILED', message, { hint: hintFor(code) });
}

function readJson(stdout: string): NpmFailure | undefined {
  try {
    const { error } = JSON.parse(stdout) as { error?: { code?: unknown; summary?: unknown } };
    if (typeof error?.summary !== 'string' || error.summary === '') return undefined;
    return {
      code: typeof error.code === 'string' ? error.code : '',
      summary: error.summary.split('\n')[0] ?? '',
    };
  } catch {
    return undefined;
  }
}

function hintFor(code: string): string {
  if (/^E(401|403|NEEDAUTH|OTP)$/.test(code)) {
    return 'The registry asks for a login or forbids this package: see `npm config get registry` and `npm login`.';
  }
  if (/^E(404|TARGET)$/.test(code)) {
    return 'The registry that npm uses (`npm config get registry`) does not carry this package; https://registry.npmjs.org does.';
  }
  if (code === 'ENOTCACHED') return 'npm is set to work offline: see `npm config get offline`.';
  if (/CERT|SSL|TLS/.test(code)) {
    return "npm does not trust the server's certificate: see npm's settings `cafile` and `strict-ssl`, and NODE_EXTRA_CA_CERTS.";
  }
  if (code === 'EINTEGRITY') {
    return 'The registry or a proxy gave other bytes than it announced. Try again later.';
  }
  return "Check the connection and npm's settings: `npm config get registry`, `npm config get proxy`.";
}
