/**
 * What counting alone achieves: the cross-entropy of validation tokens under unigram and bigram counts of training tokens.
 * Two lines that a model must get below before anything it says is its own merit.
 *
 *   unigram   P(w)     = (c(w) + 1) / (N + V)                                add-one (Laplace)
 *   bigram    P(w | v) = (c(v, w) + t(v) P(w)) / (c(v) + t(v))               Witten-Bell, interpolated
 *
 * c(v, w) counts the pair in training, c(v) all pairs that begin with v, t(v) how many different w follow v, N the training
 * tokens, V the vocabulary. A token that never began a pair has c(v) = t(v) = 0 and falls back to P(w).
 *
 * Source: Witten and Bell 1991, "The zero-frequency problem", IEEE Trans. Information Theory 37(4), method C,
 * https://doi.org/10.1109/18.87000; interpolated as in Chen and Goodman 1999, section 2.6,
 * https://doi.org/10.1006/csla.1999.0128.
 *
 * Both are averages over the tokens that a model predicts, which is all but the first; separators count as tokens.
 */
export type TokenIds = Uint16Array | Uint32Array;

export interface NgramBaselines {
  /** Nats per token. */
  unigram: number;
  bigram: number;
}

/** NaN where validation has no token to predict. Time and memory are proportional to tokens + vocabulary. */
export function ngramBaselines(train: TokenIds, validation: TokenIds, vocabSize: number): NgramBaselines {
  const V = vocabSize;
  const counts = new Uint32Array(V);
  for (const w of train) counts[w]!++;
  const uniform = 1 / (train.length + V);
  const unigram = (w: number) => (counts[w]! + 1) * uniform;

  const seen = successorLists(train, V);
  const asked = successorLists(validation, V);
  const pairCounts = new Uint32Array(V); // c(v, w) of the v at hand
  let unigramNats = 0;
  let bigramNats = 0;
  for (let v = 0; v < V; v++) {
    const questions = asked.of(v);
    if (questions.length === 0) continue;
    const successors = seen.of(v);
    let distinct = 0;
    for (const w of successors) if (pairCounts[w]!++ === 0) distinct++;
    const total = successors.length + distinct;
    for (const w of questions) {
      const p = unigram(w);
      unigramNats -= Math.log(p);
      bigramNats -= Math.log(total === 0 ? p : (pairCounts[w]! + distinct * p) / total);
    }
    for (const w of successors) pairCounts[w] = 0;
  }
  const predicted = validation.length - 1;
  return predicted > 0
    ? { unigram: unigramNats / predicted, bigram: bigramNats / predicted }
    : { unigram: NaN, bigram: NaN };
}

/** All successors of each token, in one array ordered by the token they follow (a counting sort). */
function successorLists(ids: TokenIds, V: number): { of(v: number): Uint32Array } {
  const pairs = Math.max(0, ids.length - 1);
  const starts = new Uint32Array(V + 1); // where the list of v begins
  for (let i = 0; i < pairs; i++) starts[ids[i]! + 1]!++;
  for (let v = 0; v < V; v++) starts[v + 1]! += starts[v]!;
  const fill = starts.slice();
  const successors = new Uint32Array(pairs);
  for (let i = 0; i < pairs; i++) successors[fill[ids[i]!]!++] = ids[i + 1]!;
  return { of: (v) => successors.subarray(starts[v], starts[v + 1]) };
}
