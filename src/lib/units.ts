/** Numbers for people: bytes, counts, durations. One place, so that the same figure reads the same everywhere. */
const trim = (x: number) => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));

/** 1536 -> "1.50 KiB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let i = 0;
  while (bytes >= 1024 && i < units.length - 1) {
    bytes /= 1024;
    i++;
  }
  return i === 0 ? `${bytes} B` : `${trim(bytes)} ${units[i]}`;
}

/** 10745088 -> "10.7M". */
export function formatCount(n: number): string {
  if (n < 1000) return Number.isInteger(n) ? String(n) : trim(n);
  const units = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
  const i = Math.min(units.length - 1, Math.floor(Math.log10(n) / 3));
  return `${trim(n / 1000 ** i)}${units[i]}`;
}

/** Seconds -> "12 s", "3 min 20 s", "2 h 05 min". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
}
