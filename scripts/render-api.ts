import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { errorCodes } from '../src/errors.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** What programs import: `regraft` and `regraft/web`. */
const entries = ['src/index.ts', 'src/web/index.ts'];

/**
 * Renders the API reference from the types and their TSDoc, as Markdown.
 *
 * @throws Error when TypeDoc reports one
 */
export async function renderApi(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'regraft-api-'));
  try {
    const entryPoints = entries.map((entry) => join(root, entry)).filter((entry) => existsSync(entry));
    // Typed by the plugin, which knows these options only once it is loaded.
    const markdown: Record<string, unknown> = {
      outputFileStrategy: 'modules',
      mergeReadme: true,
      hidePageHeader: true,
      hideBreadcrumbs: true,
      parametersFormat: 'table',
      interfacePropertiesFormat: 'table',
      classPropertiesFormat: 'table',
      typeAliasPropertiesFormat: 'table',
      propertyMembersFormat: 'table',
      typeDeclarationFormat: 'table',
    };
    const application = await Application.bootstrapWithPlugins({
      entryPoints,
      tsconfig: join(root, 'tsconfig.json'),
      plugin: ['typedoc-plugin-markdown'],
      readme: 'none',
      disableSources: true,
      disableGit: true,
      excludeExternals: true,
      // The compiler checks them already.
      skipErrorChecking: true,
      logLevel: 'Error',
      ...markdown,
    });
    const project = await application.convert();
    if (project === undefined) throw new Error('TypeDoc could not read the types.');
    application.options.setValue('out', folder);
    await application.generateOutputs(project);
    if (application.logger.hasErrors()) throw new Error('TypeDoc reported an error.');
    const pages = await Promise.all(
      ['README.md', 'index.md', 'web.md'].map((name) => readFile(join(folder, name), 'utf8').catch(() => '')),
    );
    return shorten(pages.filter((page) => page !== '').join('\n'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Names types that TypeDoc writes out in full wherever they are used. */
function shorten(page: string): string {
  let text = page.replaceAll(
    Object.keys(errorCodes)
      .map((code) => `\`"${code}"\``)
      .join(' \\| '),
    '[`ErrorCode`](#errorcode)',
  );
  // A record with a type beside it, in a cell of a table.
  text = text.replaceAll(
    /(?<=^\|.*)\\\{ `backbone`: \\\{ `featureSize`.*\\\}/gm,
    '[`RunRecord`](#runrecord)',
  );
  // The schemas are values for programs; what they describe is the type of the same name.
  return text.replaceAll(/^(> `const` \*\*\w+\*\*: `\w+`)\\<.{400,}$/gm, '$1').trimEnd() + '\n';
}
