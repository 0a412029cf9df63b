/** What the test worker offers (types only; the page's side of the compiler knows no sync access handles). */
import type { SavedRunInfo } from '../../src/workers/api.ts';

export interface OpfsTests {
  slotInfo(): Promise<SavedRunInfo | null>;
  slotRead(): Promise<Uint8Array>;
  slotWrite(bytes: Uint8Array, savedAt: number): Promise<void>;
  slotDiscard(): Promise<void>;
  textList(): Promise<{ id: string }[]>;
  textSave(id: string, text: string): Promise<void>;
  textLoad(id: string): Promise<{ summary: { id: string }; text: string }>;
  textRemove(id: string): Promise<void>;
  /** What a tab that is closed in the middle of a write leaves behind. */
  damage(name: string, bytes: Uint8Array): Promise<void>;
  lose(name: string): Promise<void>;
}
