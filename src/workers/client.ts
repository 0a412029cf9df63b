/**
 * The page's door to its two workers. What they offer is `api.ts`; how calls survive a crash is `workerHandle.ts`.
 *
 * The page's base address goes along with the first call, because a worker's own relative addresses start at its script
 * (`assets/` in a build), while `datasets/` lies beside the page.
 */
import type { ModelApi, ModelEvent, TextApi, TextEvent } from './api.ts';
import { startWorker, type WorkerHandle } from './workerHandle.ts';

export type { WorkerHandle } from './workerHandle.ts';

/** Documents, tokenizers, token ids. */
export function startTextWorker(onEvent: (e: TextEvent) => void): WorkerHandle<TextApi> {
  return startWorker<TextApi, TextEvent>({
    label: 'text worker',
    remedy: 'The model and the texts kept in this browser are untouched. Try again, or reload the page.',
    pageUrl: document.baseURI,
    // the literal form is what Vite looks for when it bundles a worker
    create: () => new Worker(new URL('./text.worker.ts', import.meta.url), { type: 'module' }),
    onEvent,
  });
}

/** The device: training, generation, files. */
export function startModelWorker(onEvent: (e: ModelEvent) => void): WorkerHandle<ModelApi> {
  return startWorker<ModelApi, ModelEvent>({
    label: 'model worker',
    remedy:
      'Texts and tokenizer are untouched, and the model last saved in this browser can be restored. ' +
      'Restart it, or reload the page.',
    pageUrl: document.baseURI,
    create: () => new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' }),
    onEvent,
  });
}
