/** Data sets: what there is, which are open. Flows: dataActions.ts. */
import { create } from 'zustand';
import type { DatasetManifest, DatasetSummary } from '../data/types.ts';

interface DataState {
  /** Undefined until the list has come; empty when it could not be loaded. */
  bundled: DatasetManifest[] | undefined;
  own: DatasetSummary[];
  /** Sets that were opened, by id. */
  open: Record<string, DatasetSummary>;
}

export const useData = create<DataState>(() => ({ bundled: undefined, own: [], open: {} }));

export interface DatasetTitle {
  id: string;
  title: string;
  kind: DatasetSummary['kind'];
  textBytes: number;
}

/** What is known of a set without opening it. */
export function findDataset({ bundled, own }: DataState, id: string): DatasetTitle | undefined {
  const found = own.find((set) => set.id === id);
  if (found) return found;
  const manifest = bundled?.find((set) => set.id === id);
  if (!manifest) return undefined;
  const textBytes = Object.values(manifest.splits).reduce((sum, split) => sum + split.textBytes, 0);
  return { id, title: manifest.title, kind: manifest.kind, textBytes };
}
