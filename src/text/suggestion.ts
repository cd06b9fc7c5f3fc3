import leven from 'leven';

/** ` — did you mean "x"?` for the candidate nearest to a mistyped name, or nothing where none is near. */
export function didYouMean(found: string, candidates: Iterable<string>): string {
  const best = nearest(found, candidates);
  return best === undefined ? '' : ` — did you mean "${best}"?`;
}

/** Returns the candidate nearest to a mistyped name; undefined where none is near. */
export function nearest(found: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  // In a short name two changes make another word: "name" is not "save".
  let distance = (found.length < 5 ? 1 : Math.max(2, Math.floor(found.length / 3))) + 1;
  for (const candidate of candidates) {
    const between = isShuffled(found, candidate) ? 1 : leven(found.toLowerCase(), candidate.toLowerCase());
    const isPrefix = found.length >= 3 && (candidate.startsWith(found) || found.startsWith(candidate));
    const score = isPrefix ? Math.min(between, 1.5) : between;
    if (score < distance) {
      best = candidate;
      distance = score;
    }
  }
  return best;
}

/** Returns whether a name has the letters of another in another order: two fingers were too quick. */
function isShuffled(found: string, candidate: string): boolean {
  const sorted = (text: string) => [...text.toLowerCase()].sort().join('');
  return found.length === candidate.length && found !== candidate && sorted(found) === sorted(candidate);
}
