/** News and faults, as sentences in a corner: read out by screen readers, errors at once. */
import { X } from 'lucide-react';
import { dismiss, useNotices } from '../state/noticesStore.ts';
import styles from './Notices.module.css';

export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <div className={styles.list}>
      {(['error', 'info'] as const).map((kind) => (
        <div key={kind} role={kind === 'error' ? 'alert' : 'status'} style={{ display: 'contents' }}>
          {notices
            .filter((notice) => notice.kind === kind)
            .map(({ id, text, action }) => (
              <div key={id} className={`${styles.notice} ${kind === 'error' ? styles.error : ''}`}>
                <p>{text}</p>
                <div className="row">
                  {action && (
                    <button
                      type="button"
                      onClick={() => {
                        dismiss(id);
                        action.run();
                      }}
                    >
                      {action.label}
                    </button>
                  )}
                  <button type="button" className="quiet" aria-label="Dismiss" onClick={() => dismiss(id)}>
                    <X />
                  </button>
                </div>
              </div>
            ))}
        </div>
      ))}
    </div>
  );
}
