/**
 * One class per family of errors. Only `name` and `message` cross a worker border (comlink), so every fact is in the
 * message: what was expected, what was got, what is safe, what to do next.
 */
export class GlassboxError extends Error {
  override name = 'GlassboxError';
}
/** A model or training configuration that cannot work. */
export class ConfigError extends GlassboxError {
  override name = 'ConfigError';
}
/** Text or files that cannot be used as training data. */
export class DataError extends GlassboxError {
  override name = 'DataError';
}
/** A vocabulary that cannot be built, read or applied. */
export class TokenizerError extends GlassboxError {
  override name = 'TokenizerError';
}
/** A file that is not a model, or not one we can trust: truncated, altered, foreign. */
export class CheckpointError extends GlassboxError {
  override name = 'CheckpointError';
}
/** The GPU (or its replacement) refused: no adapter, device lost, out of memory. */
export class GpuError extends GlassboxError {
  override name = 'GpuError';
}
/** A worker that died or could not be started. */
export class WorkerError extends GlassboxError {
  override name = 'WorkerError';
}
/** Work that was stopped because the person asked for it. Not a fault; callers swallow it by name. */
export class CancelledError extends GlassboxError {
  override name = 'CancelledError';
}

/** Throws when a condition that our own code must guarantee does not hold. Never used for input from people. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}

/** A setting that must be a whole number from min to max. @throws {ConfigError} */
export function requireWhole(name: string, value: unknown, min: number, max: number): void {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max)
    throw new ConfigError(`${name}: expected a whole number from ${min} to ${max}, got ${String(value)}.`);
}
