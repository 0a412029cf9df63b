/**
 * A shader of six lines against the same sum in JavaScript: y = a x + y. When a measurement looks wrong, this tells whether
 * the device computes at all. Not a test of our kernels, which tests/gpu holds.
 */
const LENGTH = 4096; // numbers; 64 workgroups
const A = 1.5; // exact in binary, and so are x and y below: results must agree to the last bit

const shader = /* wgsl */ `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  y[id.x] = ${A} * x[id.x] + y[id.x];
}`;

/** @throws {Error} naming the first element that differs, or what the device had to say. */
export async function selfCheck(device: GPUDevice): Promise<void> {
  const x = Float32Array.from({ length: LENGTH }, (_, i) => i / 4);
  const y = Float32Array.from({ length: LENGTH }, (_, i) => LENGTH - i);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffers = [x, y].map((values) => {
    const buffer = device.createBuffer({ size: values.byteLength, usage });
    device.queue.writeBuffer(buffer, 0, values);
    return buffer;
  });
  const read = device.createBuffer({
    size: y.byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });

  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code: shader });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    }),
  );
  pass.dispatchWorkgroups(LENGTH / 64);
  pass.end();
  encoder.copyBufferToBuffer(buffers[1]!, 0, read, 0, y.byteLength);
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error) throw new Error(`selfCheck: the device refused the shader: ${error.message}`);

  await read.mapAsync(GPUMapMode.READ); // waits for the GPU
  const got = new Float32Array(read.getMappedRange()).slice();
  for (const buffer of [...buffers, read]) buffer.destroy();
  const wrong = got.findIndex((value, i) => value !== A * x[i]! + y[i]!);
  if (wrong >= 0)
    throw new Error(
      `selfCheck: expected y[${wrong}] = ${A * x[wrong]! + y[wrong]!}, got ${got[wrong]}. ` +
        'The driver computes wrong numbers: no figure taken on it means anything.',
    );
}
