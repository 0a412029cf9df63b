/**
 * GFLOP/s of every program for matrix products on Dawn, without a browser. It is bundled like main.ts:
 * `node scripts/bundle.mjs bench/node/matmul.ts folder/matmul.mjs`, then `node folder/matmul.mjs [configs]`.
 */
import { openDawn } from '../../scripts/dawn.mjs';
import { openDevice } from '../../src/gpu/device.ts';
import { measureProducts } from '../engines/products.ts';

const close = openDawn();
try {
  const { device, info } = await openDevice();
  await measureProducts(device, info, process.argv[2]);
  device.destroy();
} finally {
  close();
}
