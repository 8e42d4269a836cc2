/** Whether the user forbids downloads: `REGRAFT_OFFLINE` is set to anything but `0`, `false` or nothing. */
export function isOffline(env: NodeJS.ProcessEnv = process.env): boolean {
  return !['', '0', 'false'].includes((env.REGRAFT_OFFLINE ?? '').trim().toLowerCase());
}
