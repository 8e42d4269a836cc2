import { type ChildProcess, spawn } from 'node:child_process';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { RegraftError } from '../errors.ts';

/**
 * Finds Chromium, or a browser made of it: by `REGRAFT_CHROMIUM`, on the PATH, or where it is usually installed.
 *
 * @throws RegraftError `BROWSER_MISSING`
 */
export async function findBrowser(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<string> {
  const { REGRAFT_CHROMIUM: chosen } = environment;
  if (chosen !== undefined && chosen !== '') {
    const found = await firstOf(isAbsolute(chosen) ? [chosen] : onPath([chosen], environment, platform));
    if (found !== undefined) return found;
    throw new RegraftError(
      'BROWSER_MISSING',
      `Expected a browser at REGRAFT_CHROMIUM but found none: ${chosen}.`,
      {
        hint: 'Set it to the program file of Chromium, Chrome or Edge.',
      },
    );
  }
  const found = await firstOf([
    ...onPath(names, environment, platform),
    ...usualPlaces(environment, platform),
  ]);
  if (found !== undefined) return found;
  throw new RegraftError(
    'BROWSER_MISSING',
    'Expected Chromium, Chrome or Edge to test the page in, but found none.',
    {
      hint: 'Install one of them (Debian: apt-get install chromium), or name its program file in REGRAFT_CHROMIUM.',
    },
  );
}

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
  'msedge',
];

function onPath(
  programs: readonly string[],
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): string[] {
  const folders = (environment.PATH ?? environment.Path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '');
  const ending = platform === 'win32' ? '.exe' : '';
  return programs.flatMap((name) => folders.map((folder) => join(folder, `${name}${ending}`)));
}

function usualPlaces(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].flatMap((name) =>
      ['', environment.HOME ?? ''].map((root) => `${root}/Applications/${name}.app/Contents/MacOS/${name}`),
    );
  }
  if (platform !== 'win32') return ['/snap/bin/chromium'];
  const roots = [environment.ProgramFiles, environment['ProgramFiles(x86)'], environment.LOCALAPPDATA];
  return roots
    .filter((root) => root !== undefined)
    .flatMap((root) => [
      join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(root, 'Chromium', 'Application', 'chrome.exe'),
      join(root, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]);
}

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isProgram = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isProgram) return path;
  }
  return undefined;
}

/** A browser without a window. */
export interface OpenBrowser extends AsyncDisposable {
  /** Is done when it has ended on its own account, with the reason. */
  readonly ended: Promise<string>;
}

/** Opens a page in a browser with an empty profile, which reaches for nothing but that page and leaves nothing behind. */
export async function openBrowser(program: string, url: string): Promise<OpenBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'regraft-browser-'));
  const child = spawn(program, [...flags(), `--user-data-dir=${profile}`, url], { stdio: 'ignore' });
  const ended = new Promise<string>((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code ?? 'none'}`}`));
  });
  return {
    ended,
    async [Symbol.asyncDispose]() {
      await stop(child, ended);
      // Its last processes may still be writing.
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(
        () => undefined,
      );
    },
  };
}

function flags(): string[] {
  return [
    '--headless',
    '--disable-gpu',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-extensions',
    '--disable-sync',
    '--disable-dev-shm-usage',
    '--metrics-recording-only',
    '--password-store=basic',
    '--use-mock-keychain',
    // Chromium refuses to start its sandbox as root, as in many containers; all that it loads is the page itself.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill();
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await ended;
  clearTimeout(timer);
}
