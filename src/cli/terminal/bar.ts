/** A progress bar of `width` columns: the filled part and the rest. */
export function formatBar(fraction: number, width: number): { filled: string; rest: string } {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return { filled: '━'.repeat(filled), rest: '─'.repeat(width - filled) };
}
