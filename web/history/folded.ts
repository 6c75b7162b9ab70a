import type { ShownDifference } from './shown-change.ts';

/** What one difference costs beside its text. */
const perDifference = 20;

/**
 * As much of some differences as a line of a long list has room for. Pure.
 * @param most characters
 */
export function folded(
  differences: readonly ShownDifference[],
  most: number,
): { readonly differences: readonly ShownDifference[]; readonly isCut: boolean } {
  let left = most;
  let isCut = false;
  const fit = (text: string): string => {
    const room = Math.max(0, left);
    left -= text.length;
    if (text.length <= room) return text;
    isCut = true;
    return room === 0 ? '' : `${text.slice(0, room)}…`;
  };
  const all = (texts: readonly string[]) => texts.map(fit).filter(Boolean);
  const shown = differences.flatMap((each): ShownDifference[] => {
    if (left <= 0) {
      isCut = true;
      return [];
    }
    left -= perDifference;
    const words = each.words?.map(({ kind, text }) => ({ kind, text: fit(text) })).filter(({ text }) => text !== '');
    return [{ ...each, removed: all(each.removed), added: all(each.added), ...(words && { words }) }];
  });
  return { differences: shown, isCut };
}
