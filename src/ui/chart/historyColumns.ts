/** The run's curve as the chart's arithmetic takes it: views, valid until the next change. */
import { lossHistory } from '../../state/lossHistory.ts';
import type { Columns } from './series.ts';

export const historyColumns = (): Columns => ({
  step: lossHistory.column('step'),
  loss: lossHistory.column('loss'),
  learningRate: lossHistory.column('learningRate'),
  gradNorm: lossHistory.column('gradNorm'),
  tokens: lossHistory.column('tokens'),
  timeMs: lossHistory.column('timeMs'),
  evalStep: lossHistory.column('evalStep'),
  validationLoss: lossHistory.column('validationLoss'),
  heldoutLoss: lossHistory.column('heldoutLoss'),
});
