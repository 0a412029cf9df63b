/** The curve as a table, for those who read rather than look. Made when it is opened. */
import { useState } from 'react';
import { historyColumns } from './historyColumns.ts';
import styles from './LossChart.module.css';

const ROWS = 200;

export function LossTable() {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The same as a table</summary>
      {open && <Table />}
    </details>
  );
}

function Table() {
  const { step, loss, tokens, evalStep, validationLoss, heldoutLoss } = historyColumns();
  if (step.length === 0) return <p className="soft">No step has been done yet.</p>;
  const evaluations = [...evalStep.keys()].reverse();
  const latest = [...step.keys()].slice(-ROWS).reverse();
  return (
    // a region that scrolls must be reachable by keyboard
    <div className={styles.table} tabIndex={0} role="region" aria-label="Loss as a table">
      <table>
        <caption className="hidden">Evaluations</caption>
        <thead>
          <tr>
            <th scope="col">step</th>
            <th scope="col">validation loss</th>
            <th scope="col">held-out loss</th>
          </tr>
        </thead>
        <tbody>
          {evaluations.map((i) => (
            <tr key={i}>
              <td>{evalStep[i]}</td>
              <td>{validationLoss[i]!.toFixed(4)}</td>
              <td>{Number.isNaN(heldoutLoss[i]) ? '–' : heldoutLoss[i]!.toFixed(4)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <caption className="hidden">The last {ROWS} steps, newest first</caption>
        <thead>
          <tr>
            <th scope="col">step</th>
            <th scope="col">training loss</th>
            <th scope="col">tokens seen</th>
          </tr>
        </thead>
        <tbody>
          {latest.map((i) => (
            <tr key={i}>
              <td>{step[i]}</td>
              <td>{loss[i]!.toFixed(4)}</td>
              <td>{tokens[i]!.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
