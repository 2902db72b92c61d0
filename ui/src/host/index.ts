/**
 * Chooses the host: the desktop program where it is there, else the fake one, so that the built
 * page also opens in an ordinary browser. Only the chosen one is loaded.
 */
import type { Host } from './host';

export async function connectHost(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./tauri')).tauriHost;
  const { demoHost } = await import('./demo');
  return demoHost(new URLSearchParams(window.location.search).get('demo'));
}
