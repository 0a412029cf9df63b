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
  // both buttons keep their places, whatever they say
  const buttons = { minWidth: '6.2rem' };
  if (status === 'preparing')
    return (
      <button type="button" style={buttons} onClick={cancelLongWork}>
        <Square /> Cancel
      </button>
    );
  if (status === 'running' || status === 'paused')
    return (
      <>
        <button
          type="button"
          className="primary"
          style={buttons}
          onClick={() => void (status === 'running' ? pause() : resume())}
        >
          {status === 'running' ? <Pause /> : <Play />}
          {status === 'running' ? 'Pause' : 'Resume'}
        </button>
        <button type="button" onClick={() => void stop()}>
          <Square /> Stop
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
      <button type="button" className="primary" style={buttons} disabled={!ready} onClick={start}>
        <Play /> Train
      </button>
    </>
  );
}
