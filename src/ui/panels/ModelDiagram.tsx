/** The model as a picture that is true to its configuration: every box with the shape of its weights. */
import { headDimOf, type ModelConfig } from '../../model/config.ts';
import styles from './ModelPanel.module.css';

export function ModelDiagram({ config }: { config: ModelConfig }) {
  const {
    family,
    vocabSize: V,
    nEmbd: C,
    intermediateSize: F,
    nLayer,
    nHead,
    nKvHead,
    blockSize: T,
    tiedHead,
  } = config;
  const headDim = headDimOf(config);
  const llama = family === 'llama';
  const qkv = (nHead + 2 * nKvHead) * headDim;
  const norm = llama ? 'RMSNorm' : 'LayerNorm';
  return (
    <div className={styles.diagram}>
      <p className={styles.io}>tokens in: up to {T}</p>
      <Box name="Token embedding" shape={`${V} × ${C}`} />
      {!llama && <Box name="Position embedding" shape={`${T} × ${C}`} />}
      <div className={styles.block}>
        <p className={styles.times}>{nLayer} × block</p>
        <Box name={norm} shape={String(C)} />
        <Box name="Queries, keys, values" shape={`${C} × ${qkv}`} />
        {llama && <Box name="Rotary positions" shape="no weights" />}
        <Box
          name={`Attention, ${nHead} heads of ${headDim}${nKvHead < nHead ? `, ${nKvHead} shared keys` : ''}`}
          shape="no weights"
        />
        <Box name="Projection, added to the stream" shape={`${C} × ${C}`} />
        <Box name={norm} shape={String(C)} />
        <Box name={llama ? 'Gate and up' : 'Up'} shape={`${C} × ${llama ? 2 * F : F}`} />
        <Box name={llama ? 'SwiGLU' : `GELU (${config.gelu})`} shape="no weights" />
        <Box name="Down, added to the stream" shape={`${F} × ${C}`} />
      </div>
      <Box name={norm} shape={String(C)} />
      <Box name="Head" shape={tiedHead ? 'the embedding again' : `${V} × ${C}`} />
      <p className={styles.io}>out: how likely each of {V} tokens comes next</p>
    </div>
  );
}

function Box({ name, shape }: { name: string; shape: string }) {
  return (
    <div className={styles.box}>
      <span>{name}</span>
      <span>{shape}</span>
    </div>
  );
}
