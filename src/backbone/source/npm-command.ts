import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** How to start npm: a program with its first arguments, and whether a shell must find it. */
export interface NpmCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly shell: boolean;
}

/**
 * Finds the user's own npm: the one that runs this program, else the one installed with this Node, else the one on the PATH. The
 * first two run without a shell, which on Windows is the only way to pass any path and to end npm itself.
 */
export function findNpm(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  node: string = process.execPath,
): NpmCommand {
  const beside = join('node_modules', 'npm', 'bin', 'npm-cli.js');
  const candidates = [
    // Other package managers set it as well, to themselves.
    basename(env.npm_execpath ?? '') === 'npm-cli.js' ? env.npm_execpath : undefined,
    join(dirname(node), beside),
    join(dirname(node), '..', 'lib', beside),
  ];
  const cli = candidates.find((path) => path !== undefined && existsSync(path));
  if (cli !== undefined) return { file: node, args: [cli], shell: false };
  return platform === 'win32'
    ? { file: 'npm.cmd', args: [], shell: true }
    : { file: 'npm', args: [], shell: false };
}
