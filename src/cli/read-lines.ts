/** Reads lines of UTF-8 text without their ends, blank ones left out; text that holds zero bytes is cut at those, as of `find -print0`. */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let end: RegExp | undefined;
  for await (const bytes of input) {
    rest += decoder.decode(bytes, { stream: true });
    end ??= rest.includes('\0') ? /\0/ : rest.includes('\n') ? /\r?\n/ : undefined;
    if (end === undefined) continue;
    const lines = rest.split(end);
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield rest.replace(/\r$/, '');
}
