import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * The folder where Regraft keeps networks, features and hashes: `REGRAFT_HOME`, else the platform's cache folder
 * (`$XDG_CACHE_HOME/regraft` or `~/.cache/regraft`; `~/Library/Caches/regraft`; `%LOCALAPPDATA%\regraft`).
 */
export function regraftHome(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.REGRAFT_HOME) return resolve(env.REGRAFT_HOME);
  // A relative one is invalid and must be ignored, says the XDG Base Directory Specification.
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'regraft');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'regraft');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'regraft');
  return join(homedir(), '.cache', 'regraft');
}
