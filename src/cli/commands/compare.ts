import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { formatExamples } from '../help-text.ts';
import { formatComparison } from '../terminal/comparison-block.ts';

const examples = [
  [
    'regraft compare classic-model flowers-model',
    'the second against the first, on the photos that both tested',
  ],
  [
    'regraft train flowers --head retrain --out classic-model && regraft compare classic-model flowers-model',
    'the same photos and seed give the same test photos',
  ],
  [
    'regraft compare classic-repeats flowers-repeats --json',
    'two folders of train --repeats, paired seed by seed; figures as JSON',
  ],
] as const;

interface CompareFlags {
  readonly common?: true;
  readonly json?: true;
}

/** Adds what `regraft compare` takes and does. */
export function define(command: Command, context: CommandContext): void {
  command
    .description(
      'Tells whether trainings differ by more than chance: each is compared with the first on the same test photos.',
    )
    .argument('<runs...>', 'folders that train wrote, or folders of train --repeats; two or more')
    .option('--common', 'where the test photos differ, compare on those that all of them tested')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText('after', formatExamples(examples))
    .action((runs: string[], flags: CompareFlags) => runCompare(runs, flags, context));
}

async function runCompare(
  runs: readonly string[],
  { json, common }: CompareFlags,
  context: CommandContext,
): Promise<void> {
  const { compareRuns } = await import('../../compare-runs.ts');
  const comparison = await compareRuns(runs, { common });
  if (json === true) context.printJson(comparison);
  else for (const line of formatComparison(comparison, context.out)) context.out.line(line);
}
