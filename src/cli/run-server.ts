import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { RegraftError } from '../errors.ts';
import { isLoopback } from '../server/is-loopback.ts';
import { serve, type RunningServer } from '../server/serve.ts';
import type { ServeFlags } from './commands/serve.ts';
import type { CommandContext } from './context.ts';
import { printable } from './terminal/printable.ts';

/**
 * Serves models until a signal stops it, and then finishes what is under way.
 *
 * @throws RegraftError as `serve`
 */
export async function runServer(models: string[], flags: ServeFlags, context: CommandContext): Promise<void> {
  const { err, signal } = context;
  const { port, host, cors, workers, queue, maxBody, maxPixels, timeout, grace = 10 } = flags;
  const token = await readToken(flags.tokenFile);
  const timeoutMs = timeout === undefined ? undefined : timeout * 1000;
  const server = await serve(models, {
    port,
    host,
    cors,
    workers,
    queue,
    maxPixels,
    token,
    maxBodyBytes: maxBody,
    timeoutMs,
    requestTimeoutMs: timeoutMs,
    // On a terminal people read, and want no line for each request.
    logLevel: flags.logLevel ?? (err.live ? 'error' : 'info'),
  });
  announce(server, { host, hasToken: token !== undefined }, context);
  if (!signal.aborted) await once(signal, 'abort');
  if (err.live) err.line('Stopping: requests under way are finished. Press again to stop at once.');
  await server.close(grace * 1000);
}

async function readToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return process.env.REGRAFT_TOKEN || undefined;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new RegraftError(
      'INVALID_OPTION',
      `Expected a file with a token for --token-file, but "${file}" cannot be read.`,
      {
        hint: 'Make one: openssl rand -hex 32 > token.txt',
        cause: error,
      },
    );
  });
  const token = text.trim();
  if (token !== '') return token;
  throw new RegraftError('INVALID_OPTION', `Expected a token in "${file}" but it is empty.`, {
    hint: 'Make one: openssl rand -hex 32 > token.txt',
  });
}

function announce(
  { url, models }: RunningServer,
  { host, hasToken }: { host: string | undefined; hasToken: boolean },
  { out, err }: CommandContext,
): void {
  const { bold, dim, yellow } = out.colors;
  const [first] = models;
  const path = `${url}v1/models/${encodeURIComponent(first?.name ?? '')}/predict`;
  const header = hasToken ? ' -H "Authorization: Bearer $REGRAFT_TOKEN"' : '';
  out.line(`Serving on ${bold(url)}`);
  for (const { name, labels, accuracy } of models) {
    const tested =
      accuracy === null ? '' : `, ${(accuracy.value * 100).toFixed(1)} % of its test photos right`;
    out.line(`  ${printable(name)}: ${labels.length} classes${tested}`);
  }
  out.line(dim(`Try it in a browser, or: curl --data-binary @photo.jpg${header} ${path}`));
  if (hasToken || host === undefined || isLoopback(host)) return;
  const warning =
    'Other machines may use this server without a token: give one with --token-file, or leave out --host.';
  if (err.live) err.line(yellow(`! ${warning}`));
}
