/** The settings as a store, in step with the address. What they are: settings.ts. */
import { create } from 'zustand';
import { notify } from './noticesStore.ts';
import { type Settings, settingsFromHash, settingsToHash, type Stage } from './settings.ts';

export const useSettings = create<Settings>(() => settingsFromHash('').settings);

/** Changes settings; the address follows. */
export function updateSettings(change: Partial<Settings>): void {
  useSettings.setState(change);
}
export const goTo = (stage: Stage): void => updateSettings({ stage });

/** Reads the address, now and whenever it changes from outside (a link, the back button), and keeps it up to date. */
export function followAddress(): void {
  const read = () => {
    const { settings, ignored } = settingsFromHash(location.hash);
    useSettings.setState(settings, true);
    if (ignored.length > 0)
      notify('info', `Part of the address could not be used and was ignored: ${ignored.join(', ')}.`);
  };
  read();
  window.addEventListener('hashchange', read);
  useSettings.subscribe((settings, before) => {
    const hash = settingsToHash(settings);
    if (hash === location.hash.slice(1)) return;
    // a new stage is a step that the back button undoes; a setting is not
    const address = `${location.pathname}${location.search}${hash ? `#${hash}` : ''}`;
    if (settings.stage === before.stage) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
  });
  window.addEventListener('popstate', read);
}
