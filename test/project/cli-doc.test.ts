import { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import type { CommandContext } from '../../src/cli/context.ts';

const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');

describe.each(commandTable)('docs/cli.md on $name', (entry) => {
  const { name } = entry;
  it('names every flag of the command and no other', async () => {
    const command = new Command(name);
    // Defining a command only stores the context for its action.
    (await entry.load()).define(command, {} as CommandContext);
    const section = page.split(/^## /m).find((part) => part.startsWith(`regraft ${name}\n`)) ?? '';
    const flags = [command, ...command.commands].flatMap(({ options }) => options.map(({ long }) => long));
    const documented = section.match(/--[a-z][a-z0-9-]*/g) ?? [];
    expect(new Set(documented)).toEqual(new Set(flags));
  });
});
