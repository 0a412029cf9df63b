/** The stores in a worker, where alone sync access handles exist; the tests call them through comlink. */
import { expose } from 'comlink';
import { openFolder, removeFile, writeFile } from '../../src/store/opfs.ts';
import { runSlot } from '../../src/store/runSlot.ts';
import { createTextStore } from '../../src/store/textStore.ts';
import type { OpfsTests } from './opfsTests.ts';

const texts = createTextStore<{ id: string }, { summary: { id: string }; text: string }>();

expose({
  slotInfo: () => runSlot.info(),
  slotRead: () => runSlot.read(),
  slotDiscard: () => runSlot.discard(),
  slotWrite: (bytes, savedAt) =>
    runSlot.write(bytes, {
      savedAt,
      step: savedAt,
      maxSteps: 9,
      modelPreset: 'nano',
      datasetId: 'd',
      validationLoss: null,
    }),
  textList: () => texts.list(),
  textSave: (id, text) => texts.save(id, { summary: { id }, text }),
  textLoad: (id) => texts.load(id),
  textRemove: (id) => texts.remove(id),
  damage: async (name, bytes) => writeFile(await openFolder('run'), name, bytes),
  lose: async (name) => removeFile(await openFolder('run'), name),
} satisfies OpfsTests);
