import { listBackbones } from '../backbone/list.ts';
import { type LockedSource, readLock } from '../backbone/lock-file.ts';
import { type UntestedNetwork, untestedNetworks } from '../backbone/untested.ts';
import { formatSource } from '../backbone/weights-source.ts';
import { regraftHome } from '../home.ts';
import type { CommandContext } from './context.ts';
import { describeBackbone } from './describe-backbone.ts';
import { formatBytes } from './terminal/units.ts';

/** Prints the networks that have names, and the other sources that were used on this machine. */
export async function printBackbones(json: boolean, context: CommandContext): Promise<void> {
  const { out } = context;
  const home = regraftHome();
  const [listed, lock] = await Promise.all([listBackbones(home), readLock(home)]);
  const named = new Set(untestedNetworks.map(({ source }) => source));
  const used = [...lock].filter(([source]) => !named.has(source));
  if (json) {
    context.printJson([
      ...listed.map((backbone) => ({
        ...describeBackbone(backbone),
        tested: true,
        sources: backbone.entry.sources.map(formatSource),
      })),
      ...untestedNetworks.map((network) => describeUntested(network, lock.get(network.source))),
      ...used.map(([source, { sha256, bytes }]) => ({
        id: source,
        sha256,
        bytes,
        tested: false,
        stored: true,
        sources: [source],
      })),
    ]);
    return;
  }
  const { bold, dim } = out.colors;
  for (const { entry, path, stored } of listed) {
    const { id, title, file, licence, inputSize, featureSize, origin, sources } = entry;
    out.line(`${bold(id)}  ${title}, ${formatBytes(file.bytes)}, ${licence}`);
    out.line(`  input ${inputSize} × ${inputSize}, ${featureSize} features`);
    out.line(`  ${origin}`);
    out.line(`  sha256 ${file.sha256}`);
    for (const source of sources) out.line(`  from   ${formatSource(source)}`);
    out.line(stored ? `  at     ${path}` : dim('  not on this machine yet: fetched when it is first needed'));
  }
  for (const { id, title, source, licence, origin, inputSize, featureSize } of untestedNetworks) {
    out.line(`${bold(id)}  ${title}, ${licence}`);
    out.line(`  input ${inputSize} × ${inputSize}, ${featureSize} features`);
    out.line(`  ${origin}`);
    out.line(`  from   ${source}`);
    out.line(dim('  untested here; its bytes are pinned at first use'));
  }
  if (used.length > 0) out.line('Other sources that were used:');
  for (const [source, { sha256, bytes }] of used) {
    out.line(`  ${source}  ${formatBytes(bytes)}, sha256 ${sha256}`);
  }
}

function describeUntested(
  { source, ...about }: UntestedNetwork,
  locked: LockedSource | undefined,
): Record<string, unknown> {
  const stored = locked !== undefined;
  return {
    ...about,
    sha256: locked?.sha256 ?? null,
    bytes: locked?.bytes ?? null,
    stored,
    tested: false,
    sources: [source],
  };
}
