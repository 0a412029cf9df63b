/** Mounts the page: styles, state that follows the address, workers, <App/>. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { listDatasets } from './state/dataActions.ts';
import { followAddress } from './state/settingsStore.ts';
import { saveBeforeLeaving } from './state/trainActions.ts';
import { startDevice } from './state/workers.ts';
import { App } from './ui/App.tsx';
import { applyTheme } from './ui/themeChoice.ts';
import './ui/theme.css';

applyTheme();
followAddress();
void listDatasets();
void startDevice();
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') saveBeforeLeaving();
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
