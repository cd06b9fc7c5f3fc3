import { sha256 as digestOf } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { utf8Of } from './bytes.ts';

/** Hashes a string's bytes in UTF-8 with SHA-256; in hexadecimal. */
export function sha256(text: string): string {
  return bytesToHex(digestOf(utf8Of(text)));
}
