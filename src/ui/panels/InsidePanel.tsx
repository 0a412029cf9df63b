/** Stage 6, a first look: every weight of the model by name and shape. */
import { formatCount } from '../../lib/units.ts';
import { modelCost, parameterSpecs } from '../../model/config.ts';
import { useRun } from '../../state/runStore.ts';
import { modelConfigOf } from '../../state/settings.ts';
import { useSettings } from '../../state/settingsStore.ts';
import { expectedVocabSize, useTokenizer } from '../../state/tokenizerStore.ts';

export function InsidePanel() {
  const settings = useSettings();
  const vocabSize = useTokenizer((state) => expectedVocabSize(state, settings.dataset, settings.tokenizer));
  const model = useRun((run) => run.model);
  const config = model?.model ?? modelConfigOf(settings, vocabSize);
  const { parameters } = modelCost(config, 1);
  const rows = [...parameterSpecs(config)].map(([name, { shape }]) => ({
    name,
    shape,
    size: shape.reduce((a, b) => a * b, 1),
  }));
  return (
    <div className="stack">
      <div>
        <h2>Inside</h2>
        <p className="soft">
          {model ? 'The model that is open' : 'The model as it would be made now'} is{' '}
          {parameters.toLocaleString('en')} numbers in {rows.length} arrays, and nothing else. Here is every
          one of them.
        </p>
      </div>
      <div className="card" style={{ overflowX: 'auto' }}>
        <table>
          <thead>
            <tr>
              <th scope="col">weights</th>
              <th scope="col">shape</th>
              <th scope="col">numbers</th>
              <th scope="col">share</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, shape, size }) => (
              <tr key={name}>
                <td className="mono">{name}</td>
                <td className="mono">{shape.join(' × ')}</td>
                <td>{formatCount(size)}</td>
                <td>
                  <span className="row" style={{ flexWrap: 'nowrap' }}>
                    <span style={{ minWidth: '3.2em' }}>{((100 * size) / parameters).toFixed(1)} %</span>
                    <span
                      aria-hidden="true"
                      style={{
                        width: `${(120 * size) / Math.max(...rows.map((row) => row.size))}px`,
                        height: 8,
                        borderRadius: 4,
                        background: 'var(--accent)',
                      }}
                    />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
