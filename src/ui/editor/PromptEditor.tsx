/**
 * The prompt in an editor: Monaco once it has loaded, a textarea until then and on touch screens, which Monaco does not
 * support. Both show the same text (playStore) and mark, as far as they can, what the model wrote.
 */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { usePlay } from '../../state/playStore.ts';
import { report } from '../../state/noticesStore.ts';
import { isDark, onThemeChange } from '../themeChoice.ts';
import styles from './PromptEditor.module.css';

interface Props {
  onGenerate: () => void;
  onStop: () => void;
}

const LABEL =
  'Prompt and completion. Control+Enter generates, Escape stops, Control+M lets Tab leave the editor.';

export function PromptEditor(props: Props) {
  const touch = matchMedia('(pointer: coarse)').matches;
  const [ready, setReady] = useState(false);
  return (
    <div className={styles.frame}>
      {!ready && <Textarea {...props} />}
      {!touch && <MonacoEditor {...props} onReady={() => setReady(true)} hidden={!ready} />}
    </div>
  );
}

/** Someone typed: what the model wrote is now part of the prompt. */
function edited(text: string): void {
  if (text !== usePlay.getState().text) usePlay.setState({ text, generated: undefined, result: undefined });
}

function Textarea({ onGenerate, onStop }: Props) {
  const { text, busy } = usePlay();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onGenerate();
    } else if (event.key === 'Escape' && busy) onStop();
  };
  return (
    <textarea
      className={styles.textarea}
      aria-label={LABEL}
      spellCheck={false}
      value={text}
      readOnly={busy}
      onChange={(event) => edited(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}

function MonacoEditor({
  onGenerate,
  onStop,
  onReady,
  hidden,
}: Props & { onReady: () => void; hidden: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  const actions = useRef({ onGenerate, onStop, onReady });
  useEffect(() => {
    actions.current = { onGenerate, onStop, onReady };
  });

  useEffect(() => {
    let disposed = false;
    let dispose = () => {};
    import('./monaco.ts')
      .then(({ monaco }) => {
        if (disposed || !host.current) return;
        const editor = monaco.editor.create(host.current, {
          value: usePlay.getState().text,
          language: 'javascript',
          theme: isDark() ? 'glassbox-dark' : 'glassbox-light',
          ariaLabel: LABEL,
          automaticLayout: true,
          minimap: { enabled: false },
          fontSize: 14,
          lineNumbersMinChars: 3,
          scrollBeyondLastLine: false,
          wordWrap: 'on',
          renderLineHighlight: 'none',
          quickSuggestions: false,
          wordBasedSuggestions: 'off',
          padding: { top: 12, bottom: 12 },
        });
        const model = editor.getModel()!;
        model.setEOL(monaco.editor.EndOfLineSequence.LF); // positions in the store count one character for a line end
        const marks = editor.createDecorationsCollection();
        let writing = false; // our own change, not somebody's typing

        const follow = () => {
          const { text, generated, busy } = usePlay.getState();
          const shown = model.getValue();
          if (shown !== text) {
            writing = true;
            const same = commonPrefix(shown, text);
            const end = model.getPositionAt(shown.length);
            const start = model.getPositionAt(same);
            model.applyEdits([{ range: monaco.Range.fromPositions(start, end), text: text.slice(same) }]);
            writing = false;
            if (generated) editor.revealPosition(model.getPositionAt(generated.to));
          }
          editor.updateOptions({ readOnly: busy });
          marks.set(
            generated && generated.to > generated.from
              ? [
                  {
                    range: monaco.Range.fromPositions(
                      model.getPositionAt(generated.from),
                      model.getPositionAt(generated.to),
                    ),
                    options: { inlineClassName: 'generated-text' },
                  },
                ]
              : [],
          );
        };
        model.onDidChangeContent(() => {
          if (!writing) edited(model.getValue());
        });
        editor.addAction({
          id: 'glassbox.generate',
          label: 'Generate: let the model go on',
          keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter],
          run: () => actions.current.onGenerate(),
        });
        editor.addAction({
          id: 'glassbox.stop',
          label: 'Stop generating',
          keybindings: [monaco.KeyCode.Escape],
          keybindingContext: 'editorReadonly', // while the model writes; otherwise Escape keeps its meaning
          run: () => actions.current.onStop(),
        });
        const unsubscribe = usePlay.subscribe(follow);
        const unwatch = onThemeChange(() =>
          monaco.editor.setTheme(isDark() ? 'glassbox-dark' : 'glassbox-light'),
        );
        follow();
        actions.current.onReady();
        dispose = () => {
          unsubscribe();
          unwatch();
          model.dispose();
          editor.dispose();
        };
      })
      .catch(report); // the textarea stays
    return () => {
      disposed = true;
      dispose();
    };
  }, []);

  return <div ref={host} className={styles.monaco} style={hidden ? { height: 0 } : undefined} />;
}

function commonPrefix(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a[i] === b[i]) i++;
  return i;
}
