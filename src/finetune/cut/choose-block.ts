import { nearestName } from '../../dataset/nearest-name.ts';
import { RegraftError } from '../../errors.ts';
import type { Block } from './find-blocks.ts';

/** How much of a network is trained: what lies behind a block (its name), a number of blocks from the end, or `all`. */
export type FineTune = string | number;

/**
 * Finds the block behind which a network is cut; undefined for `all`.
 *
 * @param network - What the network is called in errors.
 * @throws RegraftError `INVALID_OPTION` for a block that is not there or has none behind it, and for as many blocks as there are, with the names of all blocks.
 */
export function chooseBlock(
  fineTune: FineTune,
  blocks: readonly Block[],
  network: string,
): Block | undefined {
  if (fineTune === 'all') return undefined;
  const named = blocks.findIndex(({ name }) => name === fineTune);
  const isNumber = named < 0 && (typeof fineTune === 'number' || /^\d+$/.test(fineTune));
  const place = isNumber ? blocks.length - 1 - Number(fineTune) : named;
  const isWhole = !isNumber || Number.isSafeInteger(Number(fineTune));
  const block = isWhole && place < blocks.length - 1 ? blocks[place] : undefined;
  if (block !== undefined) return block;
  const listed = `Its blocks, from first to last: ${blocks.map(({ name }) => name).join(', ')}.`;
  if (isNumber) throw badCount(fineTune, blocks.length, network, listed);
  throw badName(String(fineTune), named, blocks, network, listed);
}

function badCount(received: FineTune, count: number, network: string, listed: string): RegraftError {
  const range = count > 2 ? `from 1 to ${count - 1}` : count === 2 ? '1' : '';
  return new RegraftError(
    'INVALID_OPTION',
    `Expected ${range === '' ? '"all"' : `a number of blocks, ${range},`} for fineTune but received ${received}: ${network} has ${count} ${count === 1 ? 'block' : 'blocks'}.`,
    { hint: `Give "all" to train the whole network. ${listed}` },
  );
}

function badName(
  received: string,
  place: number,
  blocks: readonly Block[],
  network: string,
  listed: string,
): RegraftError {
  if (place >= 0) {
    return new RegraftError(
      'INVALID_OPTION',
      `Expected a block with others behind it for fineTune but received "${received}", the last one of ${network}.`,
      { hint: `What lies behind the block is trained: name an earlier one, or give "all". ${listed}` },
    );
  }
  const nearest = nearestName(
    received,
    blocks.map(({ name }) => name),
  );
  return new RegraftError(
    'INVALID_OPTION',
    `Expected a block of ${network}, a number of blocks or "all" for fineTune but received "${received}".`,
    { hint: `${nearest === undefined ? '' : `Did you mean ${nearest}? `}${listed}` },
  );
}
