import { diffWordsWithSpace } from 'diff';

/** A piece of a text that stayed, went or came. */
export interface TextPart {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Shorter texts are read faster one after the other. */
const shortest = 40;
/** Characters of both together; more is not compared, because that would keep others waiting. */
const longest = 20_000;
/** Words that may differ; beyond that the texts have little in common. */
const mostEdits = 400;
/** What stayed is cut to so many characters at each end of it. */
const context = 60;

/**
 * How one long text became another, word by word.
 * @returns undefined when that would be no easier to read than both texts
 */
export function textDifference(was: string, is: string): TextPart[] | undefined {
  if (Math.max(was.length, is.length) < shortest || was.length + is.length > longest) return undefined;
  const changes = diffWordsWithSpace(was, is, { maxEditLength: mostEdits });
  if (changes === undefined) return undefined;
  const same = changes.reduce((sum, { added, removed, value }) => (added || removed ? sum : sum + value.trim().length), 0);
  if (same * 2 < Math.min(was.length, is.length)) return undefined;
  return changes.map(({ added, removed, value }, nth) => {
    if (added) return { kind: 'added', text: value };
    if (removed) return { kind: 'removed', text: value };
    return { kind: 'same', text: shortened(value, nth === 0, nth === changes.length - 1) };
  });
}

function shortened(text: string, isFirst: boolean, isLast: boolean): string {
  const [head, tail] = [isFirst ? 0 : context, isLast ? 0 : context];
  if (text.length <= head + tail + 20) return text;
  return `${text.slice(0, head)} … ${text.slice(text.length - tail)}`;
}
