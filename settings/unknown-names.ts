/** What of a setting its name alone tells. */
interface Named {
  readonly name: string;
  readonly secret?: boolean;
}

/**
 * Finds the MOS_* names of an environment that mean nothing: a misspelt one would be a setting that silently does nothing.
 * MOS_TEST_* is left to the tests.
 * @returns a sentence each
 */
export function unknownNames(found: readonly string[], settings: readonly Named[]): string[] {
  const known = settings.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
  return found
    .filter((name) => name.startsWith('MOS_') && !name.startsWith('MOS_TEST_') && !known.includes(name))
    .map((name) => `${name}: ${explain(name, known)}`);
}

function explain(name: string, known: readonly string[]): string {
  const plain = name.replace(/_FILE$/, '');
  if (known.includes(plain)) return `only secrets come from files; set ${plain} itself`;
  const nearest = known.map((each) => ({ each, far: distance(name, each) })).sort((a, b) => a.far - b.far)[0];
  // more than half of the letters behind MOS_ wrong is another word
  const limit = Math.min(4, (name.length - 'MOS_'.length) / 2);
  return nearest !== undefined && nearest.far <= limit
    ? `there is no such setting; did you mean ${nearest.each}?`
    : 'there is no such setting';
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
