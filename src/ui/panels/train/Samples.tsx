/** What the model writes while it learns: the newest first, so that the progress can be read. */
import { useRun } from '../../../state/runStore.ts';
import styles from '../TrainPanel.module.css';

export function Samples() {
  const samples = useRun((run) => run.samples);
  return (
    <>
      <h3>Samples while learning</h3>
      {samples.length === 0 ? (
        <p className="soft">
          Every so many steps the model continues the same prompts. What it writes appears here.
        </p>
      ) : (
        // a region that scrolls must be reachable by keyboard
        <div className={styles.samples} tabIndex={0} role="region" aria-label="Samples">
          {samples.map(({ step, prompt, text }, i) => (
            <article key={`${step} ${i}`} className={styles.sample} data-sample={step}>
              <p className="small soft numeric">step {step.toLocaleString('en')}</p>
              <pre>
                <span className={styles.prompt}>{prompt}</span>
                {text}
              </pre>
            </article>
          ))}
        </div>
      )}
    </>
  );
}
