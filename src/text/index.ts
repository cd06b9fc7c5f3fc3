export * from './bytes.ts';
export * from './diagnostic.ts';
export * from './duration.ts';
export * from './frame.ts';
export * from './inert.ts';
export * from './json.ts';
export { sha256 } from './sha256.ts';
export * from './show.ts';
export * from './suggestion.ts';
