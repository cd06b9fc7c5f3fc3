import leven from 'leven';

/** ` — did you mean "x"?` for the candidate nearest to a mistyped name, or nothing where none is near. */
export function didYouMean(found: string, candidates: Iterable<string>): string {
  const best = nearest(found, candidates);
  return best === undefined ? '' : ` — did you mean "${best}"?`;
}

/** Returns the candidate nearest to a mistyped name; undefined where none is near. */
export function nearest(found: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let distance = Math.max(2, Math.floor(found.length / 3)) + 1;
  for (const candidate of candidates) {
    const between = leven(found.toLowerCase(), candidate.toLowerCase());
    const isPrefix = found.length >= 3 && (candidate.startsWith(found) || found.startsWith(candidate));
    const score = isPrefix ? Math.min(between, 1.5) : between;
    if (score < distance) {
      best = candidate;
      distance = score;
    }
  }
  return best;
}
