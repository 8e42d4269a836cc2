/** What `regraft --help` shows below the commands. */
export const helpAfterCommands = `
Start with:
  $ regraft train photos          a folder with one folder of photos for each class
  $ regraft predict photos-model new-photo.jpg
  $ regraft demo                  the same on sample photos that it fetches

Exit codes:
  0    done
  1    expected failure: the message says what was found and what to do
  2    wrong usage: an unknown flag, a value that is not allowed
  70   a defect of Regraft
  130  stopped by Ctrl-C; 143 by SIGTERM, 129 by SIGHUP

Environment:
  REGRAFT_HOME       where networks and features are kept (default: the user's cache folder)
  REGRAFT_OFFLINE=1  never download anything
  NO_COLOR=1         no colours

\`regraft <command> --help\` shows the flags of a command, with examples.
`;

/** The examples at the end of a command's help: pairs of a command line and what it does. */
export function formatExamples(examples: readonly (readonly [command: string, meaning: string])[]): string {
  return `\nExamples:\n${examples.map(([command, meaning]) => `  # ${meaning}\n  $ ${command}`).join('\n')}\n`;
}
