/**
 * Finds the fastest program for each product of a plan by trying them on this device (trial.ts), within a budget. Nothing is
 * chosen that was not held to the plain program first, with all that follows the sums. What was found is kept for next time;
 * what there was no time for stays as it was.
 *
 * Products that differ only in what follows their sums are timed once, as bare products: half of all programs need not be
 * compiled for it. The winner is then compiled and checked as it will be used.
 */
import { hash32 } from '../lib/rng.ts';
import type { Value } from './graph.ts';
import type { Dispatch, Target } from './kernels/kernel.ts';
import type { Product } from './kernels/matmul.ts';
import { plainVariant, type Variant, variantsFor } from './kernels/matmulVariants.ts';
import { bare, bareKey, flopsOf, groupBy, productKey, small } from './productKinds.ts';
import { type Contestant, Trial } from './trial.ts';

/** Names of variants by `productKey`. */
export type Choices = Map<string, string>;

/** Keeps text for next time. Whoever has a disk offers one that outlasts the page. */
export interface TuneCache {
  get(key: string): string | undefined | Promise<string | undefined>;
  set(key: string, text: string): void | Promise<void>;
}

export interface TuneOptions {
  target: Target;
  /** The adapter's name: figures of another GPU are worth nothing here. */
  adapter: string;
  /** Stop after so many ms, compiling included. Calling again goes on where this call stopped. */
  budgetMs?: number;
  cache?: TuneCache;
  onProgress?: (ready: number, all: number) => void;
  /** Candidates for a product. */
  variants?: (product: Product, target: Target) => Variant[];
}

const BUDGET_MS = 1000;

/** What a plan has already is changed only for something faster than this part of its time: that must be compiled first. */
const WORTHWHILE = 0.95;

/** Relative to the largest number of an output. Sums in another order differ by 1e-6; 16-bit results are rounded to 5e-4. */
const TOLERANCE = { wide: 1e-4, half: 2e-2 };

const memory = new Map<string, string>();
const memoryCache: TuneCache = {
  get: (key) => memory.get(key),
  set: (key, text) => void memory.set(key, text),
};

/** For Target.choose: the programs that were found best. */
export function chooser(
  choices: Choices,
  target: Target,
  variants: NonNullable<TuneOptions['variants']> = variantsFor,
): (product: Product) => Dispatch | undefined {
  return (product) => {
    const name = choices.get(productKey(product));
    return name === undefined
      ? undefined
      : variants(product, target)
          .find((variant) => variant.name === name)
          ?.dispatchFor(product);
  };
}

/** @returns what is known to be best; products that are not in it keep the program that `matmul` gives them. */
export async function autotune(
  device: GPUDevice,
  products: Product[],
  {
    target,
    adapter,
    budgetMs = BUDGET_MS,
    cache = memoryCache,
    onProgress,
    variants = variantsFor,
  }: TuneOptions,
): Promise<Choices> {
  const deadline = performance.now() + budgetMs;
  const cacheKey = `matmul ${adapter} ${navigator.userAgent} ${kernelVersion(variants, target)}`;
  const known = parse(await cache.get(cacheKey));
  const groups = groupBy(products, bareKey).sort((a, b) => flopsOf(b) - flopsOf(a));
  const standings = new Map<string, number[]>();
  let ready = 0;
  let found = 0;
  for (const group of groups) {
    const kinds = groupBy(group, productKey).map(([product]) => product!);
    const open = kinds.filter((product) => !known.has(productKey(product)));
    if (open.length > 0 && performance.now() < deadline) {
      const choices = await tune(device, open, { target, variants, deadline, standings });
      for (const [key, name] of choices) known.set(key, name);
      found += choices.size;
    }
    onProgress?.(++ready, groups.length);
  }
  if (found > 0) await cache.set(cacheKey, JSON.stringify(Object.fromEntries(known)));
  const wanted = new Set(products.map(productKey));
  return new Map([...known].filter(([key]) => wanted.has(key)));
}

interface Tuning {
  target: Target;
  variants: NonNullable<TuneOptions['variants']>;
  deadline: number;
  /** Of each variant, by layout and name: times relative to the best, in the products before. */
  standings: Map<string, number[]>;
}

/** Chooses for products that differ only in what follows the sums; those that there is no time for are left out. */
async function tune(device: GPUDevice, kinds: Product[], tuning: Tuning): Promise<Choices> {
  const choices: Choices = new Map();
  const ranking = await rank(device, bare(kinds[0]!), tuning);
  for (const product of kinds) {
    const key = productKey(product);
    for (const variant of ranking) {
      const checked = key === bareKey(product);
      if (!checked && performance.now() >= tuning.deadline) return choices;
      if (!checked && !(await isRight(device, small(product), variant, tuning.deadline))) continue;
      choices.set(key, variant.name);
      break;
    }
  }
  return choices;
}

/** Those candidates that compute the right numbers, the fastest first. None where the time does not suffice for all. */
async function rank(device: GPUDevice, whole: Product, tuning: Tuning): Promise<Variant[]> {
  const { target, variants, deadline, standings } = tuning;
  const product = small(whole);
  const trial = await Trial.begin(device, product);
  if (!trial) return [];
  const standingOf = ({ name }: Variant) => standings.get(`${product.layout} ${name}`) ?? [];
  const mean = (list: number[]) => list.reduce((sum, x) => sum + x, 0) / Math.max(1, list.length);
  try {
    // those that did well so far come first: a slow one is given up after the first measurement
    const offered = variants(whole, target);
    const candidates = offered.toSorted((a, b) => mean(standingOf(a)) - mean(standingOf(b)));
    const [plain, ...compiled] = await Promise.all(
      [plainVariant, ...candidates].map((variant) => compile(trial, variant, product, deadline)),
    );
    if (!plain) return [];
    trial.learn(plain);
    const times: { variant: Variant; ms: number }[] = [];
    let best = Infinity;
    for (const [i, variant] of candidates.entries()) {
      if (performance.now() >= deadline) return [];
      const contestant = compiled[i];
      if (!contestant || !((await trial.errorOf(contestant)) < toleranceOf(product))) continue;
      const advantage = variant === offered[0] ? WORTHWHILE : 1;
      const ms = advantage * (await trial.time(contestant, best));
      best = Math.min(best, ms);
      times.push({ variant, ms });
    }
    for (const { variant, ms } of times)
      standings.set(`${product.layout} ${variant.name}`, [...standingOf(variant), ms / best]);
    return times.sort((a, b) => a.ms - b.ms).map(({ variant }) => variant);
  } finally {
    trial.dispose();
  }
}

async function isRight(
  device: GPUDevice,
  product: Product,
  variant: Variant,
  deadline: number,
): Promise<boolean> {
  const trial = await Trial.begin(device, product);
  try {
    if (!trial) return false;
    const programs = [plainVariant, variant].map((one) => compile(trial, one, product, deadline));
    const [plain, candidate] = await Promise.all(programs);
    if (!plain || !candidate) return false;
    trial.learn(plain);
    return (await trial.errorOf(candidate)) < toleranceOf(product);
  } finally {
    trial?.dispose();
  }
}

/** @returns undefined for what is refused, or is not ready at the deadline (then it will be for the next call). */
function compile(
  trial: Trial,
  variant: Variant,
  product: Product,
  deadline: number,
): Promise<Contestant | undefined> {
  let timer: ReturnType<typeof setTimeout>;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, deadline - performance.now()));
  });
  return Promise.race([trial.compile(variant.dispatchFor(product)), tooLate]).finally(() =>
    clearTimeout(timer),
  );
}

const toleranceOf = ({ a, b, y }: Product): number =>
  [a, b, y].every(({ dtype }) => dtype === 'float32') ? TOLERANCE.wide : TOLERANCE.half;

/** What a cache holds, or nothing: it may be older than this code, or not ours. */
function parse(text: string | undefined): Choices {
  try {
    const entries = Object.entries(JSON.parse(text ?? '{}') as Record<string, unknown>);
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return new Map();
  }
}

/** A number that changes with the text of any program: figures of other programs are worth nothing. */
function kernelVersion(variants: NonNullable<TuneOptions['variants']>, target: Target): string {
  let hash = 0;
  for (const layout of ['nn', 'nt', 'tn'] as const) {
    const value = (id: number): Value => ({ id, shape: [256, 256], size: 65536, dtype: 'float32' });
    const node = { op: 'Product', inputs: {}, outputs: {}, attrs: {} };
    const product: Product = {
      ...{ node, layout, M: 256, N: 256, K: 256, a: value(0), b: value(1), y: value(2), accumulate: true },
      ...{ bias: value(3), residual: value(4), slope: value(5), gelu: 'tanh' },
    };
    for (const { name, dispatchFor } of variants(product, target))
      for (const letter of name + dispatchFor(product).code) hash = hash32(letter.charCodeAt(0), hash);
  }
  return hash.toString(16);
}
