import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const index = fileURLToPath(new URL('../../src/index.ts', import.meta.url));

// Every change of the public API is a visible change of this snapshot.
it('exports these values and types', () => {
  const program = ts.createProgram([index], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    strict: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(index);
  const symbol = source && checker.getSymbolAtLocation(source);
  if (symbol === undefined) throw new Error(`${index} exports nothing.`);
  const names = checker.getExportsOfModule(symbol).map((found) => {
    const target = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
    return `${target.flags & ts.SymbolFlags.Value ? 'value' : 'type '} ${found.name}`;
  });
  expect(names.sort()).toMatchInlineSnapshot(`
    [
      "type  ClassMerge",
      "type  ClassMetrics",
      "type  ClassRename",
      "type  Classifier",
      "type  ClassifierOptions",
      "type  ClassifyOptions",
      "type  CompareOptions",
      "type  ComparedRepeats",
      "type  ComparedRun",
      "type  Comparison",
      "type  Difference",
      "type  ErrorCode",
      "type  EvaluateOptions",
      "type  ExplainOptions",
      "type  Explanation",
      "type  ExportFeaturesOptions",
      "type  ExportOptions",
      "type  ExportRecord",
      "type  ExportedFeatures",
      "type  ExportedModel",
      "type  HeadName",
      "type  HeadType",
      "type  HeatMap",
      "type  ImportClassifierOptions",
      "type  ImportedClassifier",
      "type  InspectNetworkOptions",
      "type  LabelMetrics",
      "type  LabelMistake",
      "type  Mistake",
      "type  ModelChanges",
      "type  ModelEvaluation",
      "type  ModelMetadata",
      "type  ModelUpdate",
      "type  MultiLabelMetrics",
      "type  NetworkDescription",
      "type  NetworkOptions",
      "type  NumericForm",
      "type  OnProgress",
      "type  PhotoChanges",
      "type  PhotoFit",
      "type  PixelScaling",
      "type  Prediction",
      "type  ProgressEvent",
      "type  RegraftErrorOptions",
      "type  Rejection",
      "type  RepeatsComparison",
      "type  RepeatsRecord",
      "type  RightOf",
      "type  RunComparison",
      "type  RunRecord",
      "type  ScoredLabel",
      "type  SkippedPhoto",
      "type  Stage",
      "type  Task",
      "type  TestMetrics",
      "type  TrainOptions",
      "type  TrainRepeatsOptions",
      "type  TrainRepeatsResult",
      "type  TrainResult",
      "type  UnknownPhotos",
      "type  UnknownVerdict",
      "type  UpdateComparison",
      "type  UpdateOptions",
      "type  UpdateTests",
      "value RegraftError",
      "value compareRuns",
      "value evaluateModel",
      "value exportFeatures",
      "value exportModel",
      "value exportRecordSchema",
      "value importClassifier",
      "value inspectNetwork",
      "value loadClassifier",
      "value repeatsRecordSchema",
      "value runRecordSchema",
      "value train",
      "value trainRepeats",
      "value updateModel",
    ]
  `);
});
