/** What a training step is made of on the GPU: known before the first one runs. */
import { formatBytes, formatCount } from '../../../lib/units.ts';
import { useRun } from '../../../state/runStore.ts';
import styles from '../TrainPanel.module.css';

/** 481000000 -> "481 MFLOP". */
const operations = (n: number): string => formatCount(n).replace(/(\D?)$/, ' $1FLOP');

export function PlanFigures() {
  const model = useRun((run) => run.model);
  const tokensPerSecond = useRun((run) => run.latest?.tokensPerSecond ?? 0);
  const plan = model?.plan;
  if (!model || !plan) return null;
  const { batchSize, gradAccumSteps } = model.train;
  const stepsPerSecond = tokensPerSecond / (batchSize * gradAccumSteps * model.model.blockSize);
  const facts: [string, string][] = [
    ['Commands', `${plan.dispatches}, in one list that is made once and replayed`],
    ['Programs', `${plan.pipelines}, shared by all layers`],
    ['Arithmetic', operations(plan.flops)],
    ['Precision', plan.precision === 'f16' ? '16 bits between layers, 32 in sums' : '32 bits'],
    ['Memory traffic', formatBytes(plan.bytesMoved)],
    [
      'Values within a step',
      `${formatBytes(plan.temporaryBytes)}, of which ${formatBytes(plan.peakBytes)} are needed at once`,
    ],
    ['Memory in all', formatBytes(plan.memoryBytes)],
    ['Speed', stepsPerSecond > 0 ? `${operations(plan.flops * stepsPerSecond)}/s` : '–'],
  ];
  return (
    <details className="card">
      <summary className={styles.summary}>One step on the GPU: {plan.dispatches} commands</summary>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="numeric">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
