// What people are called may be written from right to left, and must not turn round what stands beside it (Unicode UAX #9).

/** Embeddings, overrides and isolates (UAX #9 §2.1 to §2.4). The marks LRM, RLM and ALM turn nothing round, and names need them. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g;
/** Blocks of letters that run from right to left, and the marks that do as if. */
const rightToLeft = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

export function turns(text: string): boolean {
  return text.search(turning) >= 0;
}

/** Without what could turn round letters of its own, so that they look like others. */
export function withoutTurns(text: string): string {
  return text.replace(turning, '');
}

/** For the middle of a sentence, where no `<bdi>` can stand: what runs from right to left does so for itself alone (UAX #9 §6.3). */
export function isolated(text: string): string {
  // an isolate ends with its line
  return withoutTurns(text).replace(/[^\n]+/g, (line) => (rightToLeft.test(line) ? `\u2068${line}\u2069` : line));
}
