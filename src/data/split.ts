/**
 * Which documents are held back to measure what a model has learned. The side of a document follows from its name alone, so
 * that it stays where it is when others come and go, in every run and on every machine. What must stay together (near
 * duplicates) shares one key.
 */
import { hash32 } from '../lib/rng.ts';

export const VALIDATION_SHARE = 0.05;

/** A 32-bit hash of a text: FNV-1a (Fowler, Noll, Vo 1991) over its UTF-16 units, mixed once more for even high bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash32(hash >>> 0, text.length);
}

/** 5 % of all keys are for validation. */
export function splitOf(key: string): 'train' | 'validation' {
  return hashText(key) < VALIDATION_SHARE * 2 ** 32 ? 'validation' : 'train';
}
