/** The shell: the pipeline as navigation, the run's controls, sentences for the person, and the panel of the chosen stage. */
import { type DragEvent, lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { acceptFiles } from '../state/fileActions.ts';
import type { Stage } from '../state/settings.ts';
import { useSettings } from '../state/settingsStore.ts';
import { togglePause } from '../state/trainActions.ts';
import styles from './App.module.css';
import { Banners } from './Banners.tsx';
import { DeviceChip } from './DeviceChip.tsx';
import { Notices } from './Notices.tsx';
import { Pipeline } from './Pipeline.tsx';
import { RunControls } from './RunControls.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';

const panels: Record<Stage, ReturnType<typeof lazy<() => ReactNode>>> = {
  data: lazy(async () => ({ default: (await import('./panels/DataPanel.tsx')).DataPanel })),
  tokens: lazy(async () => ({ default: (await import('./panels/TokensPanel.tsx')).TokensPanel })),
  model: lazy(async () => ({ default: (await import('./panels/ModelPanel.tsx')).ModelPanel })),
  train: lazy(async () => ({ default: (await import('./panels/TrainPanel.tsx')).TrainPanel })),
  play: lazy(async () => ({ default: (await import('./panels/PlayPanel.tsx')).PlayPanel })),
  inside: lazy(async () => ({ default: (await import('./panels/InsidePanel.tsx')).InsidePanel })),
  share: lazy(async () => ({ default: (await import('./panels/SharePanel.tsx')).SharePanel })),
};

export function App() {
  const stage = useSettings((settings) => settings.stage);
  const [dragging, setDragging] = useState(false);
  usePauseKey();
  const Panel = panels[stage];
  const files = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return (
    <div
      className={styles.page}
      onDragOver={(event) => {
        if (!files(event)) return;
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={(event) => {
        if (event.relatedTarget === null) setDragging(false);
      }}
      onDrop={(event) => {
        if (!files(event)) return;
        event.preventDefault();
        setDragging(false);
        void acceptFiles([...event.dataTransfer.files]);
      }}
    >
      <header className={styles.bar}>
        <div className={styles.brand}>
          <img src="./icon.svg" alt="" />
          <h1 style={{ font: 'inherit' }}>Glassbox</h1>
        </div>
        <Pipeline />
        <div className={styles.side}>
          <DeviceChip />
          <ThemeSwitch />
          <RunControls />
        </div>
      </header>
      <Banners />
      <main className={styles.main}>
        <Suspense fallback={<p className="soft">Opening…</p>}>
          <Panel />
        </Suspense>
      </main>
      <Notices />
      {dragging && <div className={styles.drop}>Drop text or code to train on, or a model to open</div>}
    </div>
  );
}

/** Space pauses and resumes, except where it means something else. */
function usePauseKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (
        event.key !== ' ' ||
        target.closest('input, textarea, select, button, a, summary, [contenteditable], [tabindex]')
      )
        return;
      event.preventDefault();
      togglePause();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
