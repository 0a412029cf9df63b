// Type check: the page, the workers, and everything around them, each with the types it really has at run time.
import { isMain, runTool, secondsSince } from './lib/process.mjs';

const projects = ['tsconfig.dom.json', 'tsconfig.worker.json', 'tsconfig.node.json'];
const atOnce = 2; // tsc is parallel itself; more than two only compete

/** Checks all projects and prints their errors; true when there are none. */
export async function check() {
  const startMs = performance.now();
  const waiting = [...projects];
  let clean = true;
  const worker = async () => {
    for (let project = waiting.shift(); project; project = waiting.shift()) {
      const { code, output } = await runTool('tsc', ['-p', project, '--pretty', 'false'], { quiet: true });
      if (code !== 0) console.log(`${project}:\n${output.trim()}`);
      clean &&= code === 0;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  console.log(`Type check ${clean ? 'found no errors' : 'found errors'} (${secondsSince(startMs)}).`);
  return clean;
}

if (isMain(import.meta.url) && !(await check())) process.exitCode = 1;
