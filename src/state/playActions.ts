/** Completing the prompt in the editor. */
import { report } from './noticesStore.ts';
import { usePlay } from './playStore.ts';
import { useRun } from './runStore.ts';
import { useSettings } from './settingsStore.ts';
import { modelApi } from './workers.ts';

/** Continues the text up to `at` (its end by default); what follows stays behind the new text. */
export async function generate(at = usePlay.getState().text.length): Promise<void> {
  const { text, busy, requestId: before } = usePlay.getState();
  if (busy) return;
  const requestId = before + 1;
  const { latest, model } = useRun.getState();
  usePlay.setState({
    busy: true,
    requestId,
    result: undefined,
    generated: { from: at, to: at },
    stepOfWeights: latest?.step ?? model?.step,
  });
  const { temperature, topK, topP, sampleSeed, length } = useSettings.getState().play;
  try {
    const result = await modelApi.generate({
      requestId,
      prompt: text.slice(0, at),
      maxNewTokens: length,
      temperature,
      topK,
      topP,
      seed: sampleSeed,
    });
    usePlay.setState({ result });
  } catch (error) {
    report(error);
  } finally {
    usePlay.setState({ busy: false });
  }
}

export const stopGenerating = (): Promise<void> => modelApi.stopGenerating().catch(report);

/** Takes the generated text out again. */
export function removeGenerated(): void {
  const { text, generated, busy } = usePlay.getState();
  if (!generated || busy) return;
  usePlay.setState({
    text: text.slice(0, generated.from) + text.slice(generated.to),
    generated: undefined,
    result: undefined,
  });
}
