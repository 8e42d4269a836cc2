import { cpus } from 'node:os';

/** The processor, its cores and the version of Node: figures mean nothing without them. */
export function describeMachine(): string {
  return `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.versions.node}`;
}
