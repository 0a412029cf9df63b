/** Sentences for the person: short news that go by themselves, and errors that stay until they are dismissed. */
import { create } from 'zustand';

export interface Notice {
  id: number;
  kind: 'info' | 'error';
  text: string;
  /** Something to press: Undo, Restart. */
  action?: { label: string; run: () => void };
}

export const useNotices = create<{ notices: Notice[] }>(() => ({ notices: [] }));

const INFO_MS = 8000;
let nextId = 1;

export function notify(kind: Notice['kind'], text: string, action?: Notice['action']): void {
  const id = nextId++;
  useNotices.setState(({ notices }) => ({
    // the same sentence twice tells nothing new
    notices: [...notices.filter((notice) => notice.text !== text), { id, kind, text, action }].slice(-4),
  }));
  if (kind === 'info') setTimeout(() => dismiss(id), INFO_MS);
}

export function dismiss(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

/** Shows what went wrong; work that was stopped on purpose is no fault. */
export function report(error: unknown): void {
  if (error instanceof Error && error.name === 'CancelledError') return;
  notify('error', error instanceof Error ? error.message : String(error));
}
