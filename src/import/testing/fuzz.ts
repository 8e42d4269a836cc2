import { type ErrorCode, RegraftError } from '../../errors.ts';
import { createRandom, type Random } from '../../head/random.ts';

/** What {@link fuzzReader} holds a reader to. */
export interface FuzzLimits {
  /** Copies of the file with changed bytes, besides the 100 truncated ones. @default 10_000 */
  readonly mutations?: number;
  /** What every message must hold: the name that `read` gives to the file. @default 'fuzzed' */
  readonly source?: string;
  /** What every message must hold besides: the place of the damage, such as a byte, a field or a tensor. @default /byte|field|node|tensor/i */
  readonly place?: RegExp;
  /** The codes that a refusal may have. @default BACKBONE_INVALID and OPERATOR_UNSUPPORTED */
  readonly codes?: readonly ErrorCode[];
  /** The longest that one file may take. @default 2000 */
  readonly timeMs?: number;
  /** The most memory that reading one file may add, in bytes. @default 64 MiB */
  readonly memory?: number;
}

/** How a reader coped; equal for equal seeds but for the times. */
export interface FuzzReport {
  readonly seed: number;
  /** Changed files that could be read all the same. */
  readonly accepted: number;
  readonly refused: number;
  /** What must not be, one line each with the change that shows it: empty for a sound reader. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
  /** The most memory that one file added, in bytes. */
  readonly mostMemory: number;
}

/** Bytes that lie at the borders of encodings: signs, continuation bits, lengths. */
const sharpBytes = [0x00, 0x01, 0x7f, 0x80, 0xff];

/**
 * Reads a file truncated at each 1 % and with 1 to 4 bytes changed at a place, many times over: every reading must end, soon and without much
 * memory, in a value or in a RegraftError that names the file and the place. The file itself must be readable.
 *
 * A test prints the seed by having `expect(report).toMatchObject({ failures: [] })` show the report, or by its title.
 *
 * @param read - Gets a copy of its own each time.
 * @throws what `read` throws for the unchanged file.
 */
export async function fuzzReader(
  bytes: Uint8Array,
  read: (bytes: Uint8Array) => unknown,
  seed: number,
  limits: FuzzLimits = {},
): Promise<FuzzReport> {
  const { mutations = 10_000 } = limits;
  await read(Uint8Array.from(bytes));
  const report = { seed, accepted: 0, refused: 0, failures: [] as string[], slowestMs: 0, mostMemory: 0 };
  const random = createRandom(`fuzz ${seed}`);
  for (let percent = 0; percent < 100; percent++) {
    const length = Math.floor((bytes.length * percent) / 100);
    await tryOne(bytes.slice(0, length), `cut to ${length} bytes`, read, limits, report);
  }
  for (let count = 0; count < mutations; count++) {
    const changed = Uint8Array.from(bytes);
    await tryOne(changed, mutate(changed, random), read, limits, report);
  }
  return report;
}

async function tryOne(
  bytes: Uint8Array,
  change: string,
  read: (bytes: Uint8Array) => unknown,
  limits: FuzzLimits,
  report: { -readonly [K in keyof FuzzReport]: FuzzReport[K] } & { failures: string[] },
): Promise<void> {
  const { timeMs = 2000, memory = 64 * 2 ** 20 } = limits;
  const [memoryBefore, start] = [memoryInUse(), performance.now()];
  let fault: string | undefined;
  try {
    await read(bytes);
    report.accepted++;
  } catch (error) {
    report.refused++;
    fault = faultOf(error, limits);
  }
  const tookMs = performance.now() - start;
  // A collection between the two gives less than was used; a large block that is still held is seen.
  const added = memoryInUse() - memoryBefore;
  report.slowestMs = Math.max(report.slowestMs, tookMs);
  report.mostMemory = Math.max(report.mostMemory, added);
  if (fault !== undefined) report.failures.push(`${change}: ${fault}`);
  if (tookMs > timeMs) report.failures.push(`${change}: took ${Math.round(tookMs)} ms`);
  if (added > memory) report.failures.push(`${change}: took ${added} bytes of memory`);
}

function faultOf(error: unknown, limits: FuzzLimits): string | undefined {
  const { source = 'fuzzed', place = /byte|field|node|tensor/i } = limits;
  const { codes = ['BACKBONE_INVALID', 'OPERATOR_UNSUPPORTED'] } = limits;
  if (!(error instanceof RegraftError)) return `threw ${String(error)}`;
  if (!codes.includes(error.code)) return `has the code ${error.code}: ${error.message}`;
  if (!error.message.includes(source)) return `does not name the file: ${error.message}`;
  return place.test(error.message.replaceAll(source, ''))
    ? undefined
    : `does not name the place: ${error.message}`;
}

/** Changes bytes in place and tells what it did. */
function mutate(bytes: Uint8Array, random: Random): string {
  const below = (limit: number): number => random.below(limit);
  const at = below(bytes.length);
  // Mostly one byte; sometimes more, as lengths and offsets have up to four.
  const count = Math.min(below(4) === 0 ? 1 + below(4) : 1, bytes.length - at);
  const kind = below(3);
  for (let index = at; index < at + count; index++) {
    const old = bytes[index] ?? 0;
    const values = [below(256), old ^ (1 << below(8)), sharpBytes[below(sharpBytes.length)] ?? 0];
    const value = values[kind] ?? 0;
    bytes[index] = value === old ? old ^ 1 : value;
  }
  const written = Buffer.from(bytes.subarray(at, at + count)).toString('hex');
  return `${written} written at byte ${at}`;
}

function memoryInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
