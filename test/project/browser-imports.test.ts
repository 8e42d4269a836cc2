import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { expect, it } from 'vitest';
import { findImports } from './import-rules.ts';

const src = new URL('../../src/', import.meta.url);

/** Everything that a file imports, and what that imports; types aside. */
async function reachedFrom(entry: string): Promise<{ files: Set<string>; packages: Set<string> }> {
  const files = new Set([entry]);
  const packages = new Set<string>();
  for (const file of files) {
    const text = await readFile(new URL(file, src), 'utf8');
    for (const { specifier, typeOnly } of findImports(file, text)) {
      if (typeOnly || onlyTypes(text, specifier)) continue;
      if (specifier.startsWith('.')) files.add(new URL(specifier, `file:///${file}`).pathname.slice(1));
      else packages.add(specifier);
    }
  }
  return { files, packages };
}

// `import { type A, type B }` leaves nothing either once it is compiled with verbatimModuleSyntax but its side effects, of which a module here has none.
function onlyTypes(text: string, specifier: string): boolean {
  const names = new RegExp(`\\{([^}]*)\\} from '${specifier.replaceAll('.', '\\.')}'`).exec(text)?.[1];
  return names !== undefined && names.split(',').every((name) => /^\s*(type\s.*)?$/s.test(name));
}

it('what the browser gets needs nothing of Node', async () => {
  const { files, packages } = await reachedFrom('web/index.ts');
  expect(files).toContain('image/place-photo.ts');
  expect([...packages].sort()).toEqual([
    '@bufbuild/protobuf/wire',
    'onnxruntime-web/wasm',
    'onnxruntime-web/webgpu',
    'zod',
  ]);
  expect([...packages].filter((name) => name.startsWith('node:') || builtinModules.includes(name))).toEqual(
    [],
  );
  for (const file of files) {
    const text = await readFile(new URL(file, src), 'utf8');
    const code = text.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
    expect({ file, found: /\b(process|Buffer)\b\./.exec(code)?.[0] }).toEqual({ file, found: undefined });
  }
});
