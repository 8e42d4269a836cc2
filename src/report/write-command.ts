import type { RunRecord } from '../model/run-record.ts';

/** Writes the command that repeats the run, with every setting that the record keeps and that shapes the model. */
export function writeCommand({ dataset, split, backbone, head }: RunRecord): string {
  const words = ['regraft', 'train'];
  if (backbone.id === 'bottlenecks') {
    words.push('--bottlenecks', quote(dataset.name));
  } else {
    words.push(quote(dataset.name), '--backbone', quote(backbone.id));
    if (backbone.form !== null) words.push('--form', backbone.form);
    if (backbone.taps.length > 0) words.push('--taps', quote(backbone.taps.join(',')));
  }
  if (split.source === 'file') words.push('--split', 'split.csv');
  if (split.source === 'hash') {
    words.push('--validation-percent', String(split.validationPercent));
    words.push('--test-percent', String(split.testPercent));
  }
  return [...words, '--seed', String(split.seed), '--head', quote(head.type), ...headFlags(head)].join(' ');
}

const retrainSettings = [
  'steps',
  'learningRate',
  'trainBatchSize',
  'validationBatchSize',
  'evalStepInterval',
  'initStddev',
  'keep',
] as const;

function headFlags({ type, settings }: RunRecord['head']): string[] {
  // A penalty that the run chose by itself is chosen again.
  if (type === 'logistic') return settings.l2ChosenBy === 'option' ? ['--l2', String(settings.l2)] : [];
  if (type !== 'retrain') return [];
  return retrainSettings.flatMap((key) => {
    const value = settings[key];
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === undefined || value === null ? [] : [flag, quote(String(value))];
  });
}

function quote(text: string): string {
  // A name that begins with a dash would be read as a flag.
  const word = text.startsWith('-') ? `./${text}` : text;
  return /^[\p{L}\p{N}_./:=@,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
