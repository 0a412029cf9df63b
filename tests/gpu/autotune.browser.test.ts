// Choosing programs by trying them: what is wrong or refused is never chosen, what was found is kept, and the budget holds.
import { describe, expect, it } from 'vitest';
import { autotune, chooser, type TuneCache, type TuneOptions } from '../../src/gpu/autotune.ts';
import { Graph } from '../../src/gpu/graph.ts';
import type { Target } from '../../src/gpu/kernels/kernel.ts';
import type { Product } from '../../src/gpu/kernels/matmul.ts';
import { plainVariant, type Variant, variantsFor } from '../../src/gpu/kernels/matmulVariants.ts';
import { Plan, planGraph } from '../../src/gpu/plan.ts';
import { productKey, productsOf } from '../../src/gpu/productKinds.ts';
import { groupProfile, profilePlan } from '../../src/gpu/profile.ts';
import { relativeError } from '../ops/support.ts';
import { expected, type Follows, makeProduct, randomData, runDispatch } from './products.ts';
import { TARGETS, testDevice } from './support.ts';

const SOFTWARE = TARGETS['lanes of four']!;
const GPU: Target = { subgroupSize: 0, reduction: 'workgroup', effort: 'best', minInvocations: 4096 };

/** A cache of this test's own, and how often it was written. */
function newCache(): TuneCache & { texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return { texts, get: (key) => texts.get(key), set: (key, text) => void texts.set(key, text) };
}

const tune = async (products: Product[], options: Partial<TuneOptions>) =>
  autotune(await testDevice(), products, {
    target: SOFTWARE,
    adapter: 'test',
    budgetMs: 30_000,
    cache: newCache(),
    ...options,
  });

/** The plain program with a change to its text. */
const changed = (name: string, change: (code: string) => string): Variant => ({
  name,
  dispatchFor: (product) => {
    const dispatch = plainVariant.dispatchFor(product);
    return { ...dispatch, code: change(dispatch.code) };
  },
});

const good = changed('good', (code) => `${code}\n// another text`);
const refused = changed('refused', (code) => code.replace('fn main', 'fn nain'));
const garbled = changed('garbled', (code) => `${code} }`);
const wrong = changed('wrong', (code) => code.replaceAll('y[o] = ', 'y[o] = 1.001 * '));
const notANumber = changed('not a number', (code) =>
  code.replaceAll('y[o] = ', 'let zero = f32(gid.z) * 0.0; y[o] = zero / zero + '),
);
const forgetful = changed('forgets the residual', (code) => code.replace(/ \+ residual\[o\]/g, ''));

const square = (follows: Follows = 'plain') => makeProduct('nn', 32, 32, 32, follows);

describe('autotune()', () => {
  it('chooses among what the device accepts and computes rightly', async () => {
    const candidates = [refused, garbled, wrong, notANumber, good];
    const texts = candidates.map(({ dispatchFor }) => dispatchFor(square()).code);
    expect(new Set([...texts, plainVariant.dispatchFor(square()).code]).size).toBe(6);
    const choices = await tune([square()], { variants: () => candidates });
    expect([...choices]).toEqual([[productKey(square()), 'good']]);
  });

  it('chooses nothing where nothing is right', async () => {
    expect((await tune([square()], { variants: () => [wrong, refused, notANumber] })).size).toBe(0);
  });

  it('checks a program with all that follows the sums', async () => {
    const product = square('bias dropout residual');
    expect(forgetful.dispatchFor(product).code).not.toBe(plainVariant.dispatchFor(product).code);
    const variants = () => [forgetful, good];
    expect((await tune([product], { variants })).get(productKey(product))).toBe('good');
  });

  it('times each size once, whatever follows', async () => {
    const timed: string[] = [];
    const spy: Variant = {
      name: 'spy',
      dispatchFor: (product) => {
        timed.push(productKey(product).split(' ').slice(3).join(' '));
        return good.dispatchFor(product);
      },
    };
    const products = [square(), square('bias gelu'), square('bias gelu'), square('slope')];
    const choices = await tune(products, { variants: () => [spy] });
    expect([...choices.values()]).toEqual(['spy', 'spy', 'spy']);
    const tried = timed.filter((follows) => follows !== 'bias gelu slope residual accumulate'); // the version's
    expect(tried.toSorted()).toEqual(['', 'bias gelu slope', 'slope']);
  });

  it('keeps what it found, as long as adapter and programs are the same', async () => {
    const cache = newCache();
    const variants = () => [good];
    await tune([square()], { cache, variants });
    const again = { cache, variants, budgetMs: 0 };
    expect([...(await tune([square()], again)).values()]).toEqual(['good']);
    expect((await tune([square()], { ...again, adapter: 'another' })).size).toBe(0);
    const other = [changed('good', (code) => `${code}\n// a later version`)];
    expect((await tune([square()], { ...again, variants: () => other })).size).toBe(0);
    expect((await tune([square('slope')], again)).size).toBe(0);
  });

  it('takes a damaged cache for an empty one', async () => {
    for (const text of ['{', 'null', '[1]', '{"x":1}'])
      expect((await tune([square()], { cache: { get: () => text, set() {} }, budgetMs: 0 })).size).toBe(0);
  });

  it('ends soon after its budget, and goes on from there when called again', async () => {
    const cache = newCache();
    const products = [8, 16, 24, 32, 40, 48].map((M) => makeProduct('nn', 4 * M, 64, 64, 'plain'));
    const slow: Variant = {
      name: 'slow to write',
      dispatchFor(product) {
        const until = performance.now() + 40;
        while (product.N === 64 && performance.now() < until);
        return good.dispatchFor(product);
      },
    };
    const run = () => tune(products, { cache, variants: () => [slow], budgetMs: 100 });
    const start = performance.now();
    let { size } = await run();
    expect(performance.now() - start).toBeLessThan(1000); // what has begun may end late, on a busy machine
    expect(size).toBeLessThan(4);
    for (let call = 0; call < 50 && size < products.length; call++) ({ size } = await run());
    expect(size).toBe(products.length);
  });

  it('finds programs for all candidates of a software adapter and of a GPU', async () => {
    const product = makeProduct('nt', 64, 64, 64, 'plain');
    const ready: number[] = [];
    const onProgress = (done: number, all: number) => ready.push(done / all);
    const software = await tune([product], { onProgress });
    expect(software.size).toBe(1);
    expect(ready).toEqual([1]);
    const some = (p: Product, target: Target) => variantsFor(p, target).slice(0, 3);
    const onGpu = await tune([product], { target: GPU, variants: some });
    const data = randomData(product);
    for (const [choices, target] of [
      [software, SOFTWARE],
      [onGpu, GPU],
    ] as const) {
      const dispatch = chooser(choices, target)(product)!;
      const got = await runDispatch(await testDevice(), dispatch, data);
      const want = expected(product, data);
      expect(relativeError(got.get(product.y)!, want.get(product.y)!)).toBeLessThan(2e-5);
    }
  });
});

describe('a tuned target', () => {
  it('gives a plan the chosen programs', async () => {
    const graph = new Graph();
    const a = graph.value([16, 16], 'float32', { external: 'a' });
    const y = graph.value([16, 16], 'float32', { external: 'y' });
    graph.add('Product', { a, b: a }, { y });
    const [product] = productsOf(graph);
    const variants = () => [good];
    const choose = chooser(new Map([[productKey(product!), 'good']]), SOFTWARE, variants);
    expect(planGraph(graph, { ...SOFTWARE, choose }).dispatches[0]!.code).toMatch(/another text$/);
    const unknown = chooser(new Map(), SOFTWARE, variants);
    expect(planGraph(graph, { ...SOFTWARE, choose: unknown }).dispatches).toEqual(
      planGraph(graph, SOFTWARE).dispatches,
    );
  });
});

describe('profilePlan()', () => {
  it('tells time, arithmetic and bytes of each dispatch', async () => {
    const device = await testDevice();
    const graph = new Graph();
    const a = graph.value([256, 256], 'float32', { external: 'a' });
    const once = graph.value([256, 256], 'float32');
    const y = graph.value([256, 256], 'float32', { external: 'y' });
    graph.add('Product', { a, b: a }, { y: once });
    graph.add('Product', { a: once, b: a }, { y });
    const buffer = () => device.createBuffer({ size: 4 * 65536, usage: GPUBufferUsage.STORAGE });
    const buffers: Record<string, GPUBuffer> = { a: buffer(), y: buffer() };
    const plan = await Plan.compile(device, planGraph(graph, SOFTWARE), (name) => ({
      buffer: buffers[name]!,
    }));
    const profile = await profilePlan(device, plan, 3);
    expect(profile).toHaveLength(2);
    for (const { ms, flops, bytes, dims, label } of profile) {
      expect(label).toContain('matmul nn');
      expect([dims, flops]).toEqual([[256, 256, 256], 2 * 256 ** 3]);
      expect(bytes).toBeGreaterThanOrEqual(4 * 65536 * 2);
      expect(ms).toBeGreaterThan(0.1);
      expect(ms).toBeLessThan(1000);
    }
    expect(groupProfile(profile)).toMatchObject([{ count: 2, flops: 4 * 256 ** 3 }]);
    plan.dispose();
    for (const each of Object.values(buffers)) each.destroy();
  });
});

// the plain program is what the tests above take it for
it('has candidates that differ from each other', () => {
  for (const target of [SOFTWARE, GPU]) {
    const names = variantsFor(makeProduct('nn', 512, 512, 128, 'plain'), target).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(5);
    expect(names.length).toBeLessThanOrEqual(10);
  }
});
