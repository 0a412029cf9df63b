/** README.md of a model folder: the model card, with the front matter that the Hugging Face hub reads. */
import { formatCount } from '../lib/units.ts';
import { type ModelConfig, modelCost } from '../model/config.ts';
import type { TrainingRecord } from './modelFolder.ts';

export function writeModelCard(name: string, config: ModelConfig, record: TrainingRecord): string {
  const { dataCard, train, step, history } = record;
  const { parameters } = modelCost(config, 1);
  const seen = history.tokens.at(-1) ?? 0;
  const validationLoss = history.validationLoss.at(-1);
  const licenses = dataCard.licenses.length > 0 ? dataCard.licenses.join(', ') : 'unknown';
  const sources = dataCard.sources.map((source) => `- ${source}`).join('\n');
  return `---
library_name: transformers
pipeline_tag: text-generation
language: [en]
license: other
tags: [browser-trained, webgpu, glassbox, ${config.family}]
---

# ${name}

A ${config.family} transformer with ${formatCount(parameters)} parameters, trained in a browser tab with Glassbox.

| | |
|---|---|
| layers, heads, width, context | ${config.nLayer}, ${config.nHead}, ${config.nEmbd}, ${config.blockSize} tokens |
| vocabulary | ${config.vocabSize} tokens |
| training | ${step} steps, ${formatCount(seen)} tokens, seed ${train.seed} |
| optimizer | AdamW, learning rate ${train.learningRate}, weight decay ${train.weightDecay}, clip ${train.gradClip} |
| validation loss | ${validationLoss === undefined ? 'not measured' : `${validationLoss.toFixed(4)} nats per token`} |

## Data

${dataCard.title}: ${formatCount(dataCard.trainTokens)} training tokens, ${formatCount(dataCard.validationTokens)} for validation.
Licences of the sources: ${licenses}. The model may repeat passages of them; their terms apply to such passages.

${sources || '- not recorded'}

## Use

\`\`\`python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(".")
model = AutoModelForCausalLM.from_pretrained(".")
ids = tokenizer("function", return_tensors="pt").input_ids
print(tokenizer.decode(model.generate(ids, max_new_tokens=64)[0]))
\`\`\`

Dropped onto the Glassbox page, the archive of this folder opens with its curve and can be trained further.

## Limits

A small model for learning and experiments. What it writes looks like its training data and is not checked by anything:
do not run it unread, and do not rely on what it says.
`;
}
