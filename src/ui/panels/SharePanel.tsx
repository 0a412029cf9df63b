/** Stage 7: the model as a file that other programs open, and back. */
import { Download, Upload } from 'lucide-react';
import { useId } from 'react';
import { formatBytes } from '../../lib/units.ts';
import { downloadModel, importModel, modelName } from '../../state/fileActions.ts';
import { useRun } from '../../state/runStore.ts';
import styles from './SharePanel.module.css';

const CONTENTS: [string, string][] = [
  ['model.safetensors', 'the weights, 32-bit'],
  ['config.json', 'the shape: Llama or GPT-2, as transformers knows them'],
  ['tokenizer.json', 'the vocabulary'],
  ['tokenizer_config.json, generation_config.json', 'how they are used'],
  ['README.md', 'the model card: data, licences, training, limits'],
  ['glassbox.json', 'settings and curve, to go on training here'],
];

export function SharePanel() {
  const model = useRun((run) => run.model);
  const input = useId();
  const name = model ? modelName() : 'my-model';
  return (
    <div className="stack">
      <h2>Share</h2>
      <div className={styles.columns}>
        <section className="card stack" aria-label="Download">
          <h3>Download</h3>
          <p>
            One archive that is a Hugging Face model folder. Nothing is uploaded anywhere: give the file to
            whom you like, or drop it onto this page again.
          </p>
          <div className="row">
            <button type="button" className="primary" disabled={!model} onClick={() => void downloadModel()}>
              <Download /> Download {name}.zip
            </button>
            <span className="soft">
              {model ? `about ${formatBytes(4 * model.cost.parameters)}` : 'There is no model yet.'}
            </span>
          </div>
          <table>
            <tbody>
              {CONTENTS.map(([file, what]) => (
                <tr key={file}>
                  <th scope="row" className="mono small">
                    {file}
                  </th>
                  <td>{what}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <div className="stack">
          <section className="card stack" aria-label="Import">
            <h3>Import</h3>
            <p>
              An archive from here, or a zipped Hugging Face folder of a Llama or GPT-2 model with a
              byte-level tokenizer. It takes the place of the model that is open, if it is wholly good.
            </p>
            <div>
              <input
                id={input}
                className="hidden"
                type="file"
                accept=".zip,application/zip"
                onChange={(event) => {
                  const [file] = event.target.files ?? [];
                  if (file) void importModel(file);
                  event.target.value = '';
                }}
              />
              <label htmlFor={input} className={styles.pick}>
                <Upload size={16} /> Choose a file, or drop it anywhere
              </label>
            </div>
          </section>
          <section className="card stack" aria-label="Open elsewhere">
            <h3>Open it in Python</h3>
            <pre className={styles.code}>{`unzip ${name}.zip
python - <<'END'
from transformers import AutoModelForCausalLM, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained("${name}")
model = AutoModelForCausalLM.from_pretrained("${name}")
ids = tokenizer("function", return_tensors="pt").input_ids
print(tokenizer.decode(model.generate(ids, max_new_tokens=64)[0]))
END`}</pre>
          </section>
        </div>
      </div>
    </div>
  );
}
