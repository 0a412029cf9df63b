/** SHA-256 in hex; undefined where the browser offers no crypto (pages that are not served over https or from localhost). */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer> | Uint8Array): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
