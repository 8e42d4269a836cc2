import ts from 'typescript';

/** One import of a source file. */
export interface Import {
  /** Path below src/, e.g. `head/logistic.ts`. */
  readonly file: string;
  /** As it is written. */
  readonly specifier: string;
  /** True for `import type` and `export type`, which leave nothing in the compiled code. */
  readonly typeOnly: boolean;
}

const stages = [
  'dataset',
  'image',
  'import',
  'backbone',
  'runtime',
  'features',
  'head',
  'finetune',
  'unknown',
  'evaluate',
  'model',
  'explain',
  'runs',
  'export',
  'report',
  'demo',
];
const foundation = ['errors', 'home', 'version', 'atomic-file', 'exclusive-folder', 'options', 'shared'];

/** What each stage may import of the other stages; with `(types)`, only by `import type`. */
const stageImports: Readonly<Record<string, readonly string[]>> = {
  dataset: ['image'],
  image: [],
  import: [],
  backbone: ['import'],
  runtime: [],
  features: ['image', 'runtime', 'backbone', 'dataset (types)'],
  head: ['features (types)', 'runtime', 'evaluate'],
  evaluate: [],
  unknown: ['features', 'runtime', 'head'],
  finetune: ['dataset', 'image', 'backbone', 'runtime', 'features', 'head'],
  model: ['backbone (types)', 'evaluate (types)', 'head', 'unknown'],
  explain: ['image', 'backbone', 'runtime (types)', 'model (types)'],
  runs: ['dataset', 'evaluate', 'model'],
  export: ['dataset', 'image', 'runtime', 'evaluate', 'model', 'runs', 'prediction (types)'],
  report: ['image', 'model', 'evaluate'],
  demo: ['backbone'],
};

/** The folders, or files, that may import each package: one, but where two boundaries share a format. */
const packageFolders: Readonly<Record<string, string | readonly string[]>> = {
  sharp: 'image/',
  'onnxruntime-node': 'runtime/',
  'apache-arrow': 'features/',
  flatbuffers: 'import/tflite/',
  '@bufbuild/protobuf': ['onnx/', 'import/graphdef/'],
  commander: 'cli/',
  'log-update': 'cli/',
  picocolors: 'cli/',
  'string-width': 'cli/',
  'proper-lockfile': 'exclusive-folder.ts',
  tar: 'backbone/',
  undici: 'backbone/',
  yauzl: 'backbone/',
  hono: 'server/',
  '@hono/node-server': 'server/',
  pino: 'server/',
  'prom-client': 'server/',
  'onnxruntime-web': 'web/',
};

/** Finds the imports of a source file: static, re-exports, dynamic and `require.resolve`. */
export function findImports(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const found = specifierOf(node);
    if (found !== undefined) imports.push({ file, ...found });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}

/** Gives the reason why an import is forbidden, naming file and import; undefined when it is allowed. */
export function forbid({ file, specifier, typeOnly }: Import): string | undefined {
  const because = (reason: string): string => `src/${file} must not import '${specifier}': ${reason}`;
  if (!specifier.startsWith('.')) {
    const name = packageName(specifier);
    if (file.startsWith('shared/')) {
      return because('shared/ also runs in the browser and imports nothing from outside');
    }
    const folders = [packageFolders[name] ?? ''].flat();
    return folders.some((folder) => file.startsWith(folder))
      ? undefined
      : because(`only ${folders.join(' and ')} imports ${name}`);
  }
  const target = resolve(file, specifier);
  const [from, to] = [layerOf(file), layerOf(target)];
  if (from === to) return undefined;
  if (from === 'shared') return typeOnly ? undefined : because('shared/ imports nothing but types');
  const reach = reachOf(from);
  return foundation.includes(to) || reach.includes(to) || (typeOnly && reach.includes(`${to} (types)`))
    ? undefined
    : because(`${from} may import ${[...reach, ...foundation].join(', ')}`);
}

function reachOf(layer: string): readonly string[] {
  // The browser's classify.ts; that nothing of this needs Node, test/project/browser-imports.test.ts checks.
  if (layer === 'web') return ['onnx', 'image', 'model', 'prediction'];
  if (layer === 'prediction') return ['model (types)', 'onnx (types)'];
  if (layer === 'cli') return ['server', 'main path', 'prediction', 'onnx', ...stages];
  if (layer === 'server' || layer === 'cluster') return ['main path', 'prediction', 'onnx', ...stages];
  if (layer === 'main path') return ['prediction', 'onnx', ...stages];
  if (stages.includes(layer)) return ['onnx', ...(stageImports[layer] ?? [])];
  return [];
}

// The main path is training/, update/ and the files directly in src/ that are no foundation: train.ts, classify.ts, index.ts.
function layerOf(file: string): string {
  const [first = '', ...rest] = file.split('/');
  if (rest.length > 0) return ['training', 'update'].includes(first) ? 'main path' : first;
  const name = first.replace(/\.ts$/, '');
  return foundation.includes(name) || name === 'prediction' ? name : 'main path';
}

function resolve(file: string, specifier: string): string {
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
}

function packageName(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

function specifierOf(node: ts.Node): { specifier: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return {
      specifier: node.moduleSpecifier.text,
      typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
    };
  }
  if (
    ts.isExportDeclaration(node) &&
    node.moduleSpecifier !== undefined &&
    ts.isStringLiteral(node.moduleSpecifier)
  ) {
    return { specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
  }
  if (
    ts.isImportTypeNode(node) &&
    ts.isLiteralTypeNode(node.argument) &&
    ts.isStringLiteral(node.argument.literal)
  ) {
    return { specifier: node.argument.literal.text, typeOnly: true };
  }
  if (ts.isCallExpression(node) && isLoader(node.expression)) {
    const [argument] = node.arguments;
    if (argument !== undefined && ts.isStringLiteralLike(argument)) {
      return { specifier: argument.text, typeOnly: false };
    }
  }
  return undefined;
}

function isLoader(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || /^require(\.resolve)?$/.test(callee.getText());
}
