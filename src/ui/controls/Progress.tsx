/** Long work: what is done, how far, how fast, how long still. */
import { formatBytes, formatCount, formatDuration } from '../../lib/units.ts';
import { cancelLongWork } from '../../state/dataActions.ts';
import { useRun } from '../../state/runStore.ts';

export function PhaseProgress() {
  const phase = useRun((run) => run.phase);
  if (!phase) return null;
  const { task, done, total, unit, elapsedMs } = phase;
  const seconds = elapsedMs / 1000;
  const rate = seconds > 0.2 ? done / seconds : 0;
  const amount = unit === 'bytes' ? formatBytes : formatCount;
  return (
    <div role="status" className="stack" style={{ gap: '0.3rem' }}>
      <div className="row numeric" style={{ justifyContent: 'space-between' }}>
        <span>
          {task}: {amount(Math.round(done))} of {amount(Math.round(total))}
          {unit === 'bytes' ? '' : ` ${unit}`}
          {rate > 0 &&
            done < total &&
            ` · ${amount(Math.round(rate))}/s · ${formatDuration((total - done) / rate)} left`}
        </span>
        <button type="button" onClick={cancelLongWork}>
          Cancel
        </button>
      </div>
      <progress value={done} max={Math.max(1, total)} aria-label={task} />
    </div>
  );
}
