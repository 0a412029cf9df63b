/** Train, pause, stop: always in reach. */
import { Pause, Play, Square } from 'lucide-react';
import { isActive, useRun } from '../state/runStore.ts';
import { cancelLongWork } from '../state/dataActions.ts';
import { goTo } from '../state/settingsStore.ts';
import { continueTraining, pause, resume, stop, train } from '../state/trainActions.ts';

export function RunControls() {
  const status = useRun((run) => run.status);
  const ready = useRun((run) => run.device !== undefined);
  // a model that is there can be trained further; Train makes a new one
  const canContinue = useRun((run) => run.model !== undefined && !isActive(run.status));
  const start = () => {
    goTo('train');
    void train();
  };
  const goOn = () => {
    goTo('train');
    void continueTraining();
  };
  // the main button is always the last one: a second press of Train, meant or not, never cancels or stops anything
  const main = { minWidth: '7.4rem' };
  if (status === 'preparing')
    return (
      <>
        <button type="button" onClick={cancelLongWork}>
          <Square /> Cancel
        </button>
        <button type="button" className="primary" style={main} disabled>
          Preparing
        </button>
      </>
    );
  if (status === 'running' || status === 'paused')
    return (
      <>
        <button type="button" onClick={() => void stop()}>
          <Square /> Stop
        </button>
        <button
          type="button"
          className="primary"
          style={main}
          onClick={() => void (status === 'running' ? pause() : resume())}
        >
          {status === 'running' ? <Pause /> : <Play />}
          {status === 'running' ? 'Pause' : 'Resume'}
        </button>
      </>
    );
  return (
    <>
      {canContinue && (
        <button type="button" disabled={!ready} onClick={goOn}>
          Continue
        </button>
      )}
      <button type="button" className="primary" style={main} disabled={!ready} onClick={start}>
        <Play /> Train
      </button>
    </>
  );
}
