/** Completing a prompt for the page: one at a time, streamed as text, stoppable within a token, also while training. */
import { promptLimit } from '../../generate/generate.ts';
import { createStreamDecoder } from '../../tokenizer/streamDecoder.ts';
import type { GenerateRequest, GenerateResult, ModelEvent } from '../api.ts';
import type { LoadedModel } from './loadedModel.ts';
import { yieldTask } from './runControl.ts';

/** Text is sent at most this often: tokens may come faster than anybody reads. */
const SEND_INTERVAL_MS = 30;

export interface Completion {
  isActive: () => boolean;
  start(request: GenerateRequest, loaded: LoadedModel): Promise<GenerateResult>;
  /** Resolves when the running completion, if any, has ended. */
  stop(): Promise<void>;
}

export function createCompletion(send: (event: ModelEvent) => void): Completion {
  let current: { stopped: boolean; done: Promise<unknown> } | undefined;

  async function complete(request: GenerateRequest, loaded: LoadedModel, state: { stopped: boolean }) {
    const { tokenizer, run } = loaded;
    const encoded = tokenizer.encode(request.prompt);
    // nothing to continue: begin a document, as after the separator in training
    const promptIds = encoded.length > 0 ? encoded : [tokenizer.endOfText ?? 0];
    const decoder = createStreamDecoder(tokenizer);
    const tokenIds: number[] = [];
    let text = '';
    let unsent = '';
    let finish: GenerateResult['finish'] = 'endOfText';
    let sentAt = 0;
    const emit = (piece: string, force = false) => {
      text += piece;
      unsent += piece;
      if (unsent && (force || performance.now() - sentAt >= SEND_INTERVAL_MS)) {
        send({ type: 'generated', requestId: request.requestId, text: unsent });
        unsent = '';
        sentAt = performance.now();
      }
    };
    const started = performance.now();
    const options = { ...request, stopToken: tokenizer.endOfText };
    for await (const id of loaded.tokens(promptIds, options)) {
      tokenIds.push(id);
      emit(decoder.push(id));
      await yieldTask();
      if (state.stopped) break;
    }
    emit(decoder.flush(), true);
    if (state.stopped) finish = 'stopped';
    else if (tokenIds.length >= request.maxNewTokens) finish = 'length';
    return {
      text,
      tokenIds,
      promptTokens: encoded.length,
      droppedPromptTokens: Math.max(0, promptIds.length - promptLimit(run.model)),
      finish,
      msPerToken: tokenIds.length > 0 ? (performance.now() - started) / tokenIds.length : 0,
    };
  }

  async function stop(): Promise<void> {
    if (!current) return;
    current.stopped = true;
    await current.done;
  }

  return {
    isActive: () => current !== undefined,
    stop,
    async start(request, loaded) {
      while (current) await stop();
      const state = { stopped: false, done: Promise.resolve() as Promise<unknown> };
      current = state;
      const result = complete(request, loaded, state);
      state.done = result.catch(() => undefined).finally(() => (current = undefined));
      return result;
    },
  };
}
