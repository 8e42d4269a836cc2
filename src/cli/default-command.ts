import type { Command } from 'commander';
import { RegraftError } from '../errors.ts';
import { suggestNearest } from './option-values.ts';

/** Adds the subcommand that runs when none is named; a misspelt one is refused with the nearest match. */
export function addDefaultCommand(parent: Command, name: string, description: string): Command {
  return (
    parent
      .command(name, { isDefault: true })
      .description(description)
      // Without this argument commander would only complain about too many of them.
      .argument('[unknown]')
      .usage('[options]')
      .configureHelp({ visibleArguments: () => [] })
      .hook('preAction', (_, command) => {
        const [unknown] = command.args;
        if (unknown === undefined) return;
        const names = parent.commands.map((other) => other.name());
        throw new RegraftError('INVALID_OPTION', `Unknown command '${parent.name()} ${unknown}'.`, {
          hint: suggestNearest(unknown, names) ?? `There is ${names.join(', ')}.`,
        });
      })
  );
}
