import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_SETTINGS,
  modelConfigOf,
  type Settings,
  settingsFromHash,
  settingsToHash,
  trainConfigOf,
} from '../../src/state/settings.ts';

describe('settings in the address', () => {
  it('are empty for the defaults', () => {
    expect(settingsToHash(DEFAULT_SETTINGS)).toBe('');
    expect(settingsFromHash('').settings).toEqual(DEFAULT_SETTINGS);
  });

  it('hold what differs, in readable pairs, and come back', () => {
    const settings: Settings = {
      ...DEFAULT_SETTINGS,
      stage: 'play',
      dataset: 'javascript',
      preset: 'micro',
      tokenizer: { kind: 'bpe', vocabSize: 2048, preTokenizer: 'gpt-2' },
      model: { nLayer: 3, tiedHead: false },
      train: { learningRate: 0.0005, seed: 7, maskDocuments: true },
      play: { ...DEFAULT_SETTINGS.play, temperature: 0 },
      backend: 'wasm',
    };
    const hash = settingsToHash(settings);
    expect(hash).toContain('preset=micro');
    expect(hash).toContain('learningRate=0.0005');
    expect(settingsFromHash(`#${hash}`)).toEqual({ settings, ignored: [] });
  });

  it.each([
    ['preset=huge', 'preset=huge'],
    ['learningRate=fast', 'learningRate=fast'],
    ['learningRate=1e999', 'learningRate=1e999'],
    ['nLayer=', 'nLayer='],
    ['nLayer=0x10', 'nLayer=0x10'],
    ['tiedHead=yes', 'tiedHead=yes'],
    ['dataset=../../etc', 'dataset=../../etc'],
    ['__proto__=1', '__proto__=1'],
    ['constructor=1', 'constructor=1'],
    ['unknown=1', 'unknown=1'],
  ])('ignore %s and say so', (hash, ignored) => {
    expect(settingsFromHash(hash)).toEqual({ settings: DEFAULT_SETTINGS, ignored: [ignored] });
  });

  it('never throw and never change a prototype, whatever is in the address', () => {
    fc.assert(
      fc.property(fc.string(), (hash) => {
        settingsFromHash(hash);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
  });
});

describe('what follows from settings', () => {
  it('key heads follow heads unless they were chosen, and always in gpt2', () => {
    expect(modelConfigOf({ ...DEFAULT_SETTINGS, model: { nHead: 8 } }, 512).nKvHead).toBe(8);
    expect(modelConfigOf({ ...DEFAULT_SETTINGS, model: { nHead: 8, nKvHead: 2 } }, 512).nKvHead).toBe(2);
    expect(modelConfigOf({ ...DEFAULT_SETTINGS, model: { family: 'gpt2', nKvHead: 2 } }, 512).nKvHead).toBe(
      4,
    );
    expect(modelConfigOf({ ...DEFAULT_SETTINGS, model: { bias: true } }, 512).bias).toBe(false);
  });

  it('the schedule ends with the run, and a short run has a short warm-up', () => {
    const train = trainConfigOf({ ...DEFAULT_SETTINGS, train: { maxSteps: 5 } });
    expect([train.lrDecaySteps, train.warmupSteps]).toEqual([5, 5]);
    expect(trainConfigOf({ ...DEFAULT_SETTINGS, train: { maxSteps: 5, lrDecaySteps: 9 } }).lrDecaySteps).toBe(
      9,
    );
    expect(trainConfigOf({ ...DEFAULT_SETTINGS, train: { learningRate: 1e-5 } }).minLr).toBe(1e-5);
  });
});
