import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { RefusedError } from './download-error.ts';
import { formatSource, type HubSource } from './weights-source.ts';

/** The address of a file on the Hugging Face hub, or on the server that `HF_ENDPOINT` names. */
export function hubAddress(source: HubSource, env: NodeJS.ProcessEnv = process.env): string {
  const path = source.path.split('/').map(encodeURIComponent).join('/');
  return `${endpoint(env)}/${source.repo}/resolve/${encodeURIComponent(source.revision)}/${path}`;
}

/**
 * The user's token for the hub: `HF_TOKEN`, else the file where the hub's own command line keeps it (`HF_TOKEN_PATH`,
 * `$HF_HOME/token`, `$XDG_CACHE_HOME/huggingface/token`, `~/.cache/huggingface/token`); undefined where there is none.
 */
export async function hubToken(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  const token =
    env.HF_TOKEN?.trim() ||
    (await readFile(env.HF_TOKEN_PATH || join(home, 'token'), 'utf8').catch(() => ''));
  return token.trim() || undefined;
}

/**
 * Says in words why the hub refused a file: 401 and 403 for what is private or gated, 404 for what is not there. It tells the cases
 * apart by its header X-Error-Code.
 */
export function explainRefusal(
  source: HubSource,
  refused: RefusedError,
  token: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): RefusedError {
  const page = `${endpoint(env)}/${source.repo}`;
  const code = refused.headers.get('x-error-code');
  const because = (reason: string, hint: string): RefusedError =>
    new RefusedError(
      `Could not download ${formatSource(source)}: ${reason} (the hub answered ${refused.status}).`,
      hint,
      refused,
      refused,
    );
  if (code === 'GatedRepo') {
    const how = token === undefined ? 'set HF_TOKEN to a token of your account' : 'wait for the approval';
    return because('its owner asks you to accept terms first', `Accept them at ${page}, and ${how}.`);
  }
  if (code === 'RevisionNotFound') {
    return because(
      `the repository has no revision "${source.revision}"`,
      `Branches and tags are listed at ${page}.`,
    );
  }
  if (code === 'EntryNotFound' || (refused.status === 404 && code === null)) {
    return because(
      `the repository has no file ${source.path}`,
      `Its files are listed at ${page}/tree/${source.revision}; the path counts from the top.`,
    );
  }
  if (refused.status === 401 || refused.status === 403 || code === 'RepoNotFound') {
    const login =
      token === undefined
        ? 'set HF_TOKEN to a token of an account that may read it'
        : 'see that the token in HF_TOKEN or in the token file is valid and may read it';
    return because('the repository is private or does not exist', `Check its name at ${page}, or ${login}.`);
  }
  return refused;
}

function endpoint(env: NodeJS.ProcessEnv): string {
  return (env.HF_ENDPOINT?.trim() || 'https://huggingface.co').replace(/\/+$/, '');
}
