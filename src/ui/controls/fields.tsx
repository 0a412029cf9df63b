/** Labelled form fields: a number, a choice, a switch. Each shows its fault beside itself. */
import { useId, type ReactNode } from 'react';
import styles from './fields.module.css';

interface FieldProps {
  label: string;
  help?: string;
  error?: string;
}

function Field({ label, help, error, id, children }: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children}
      {error ? (
        <p className={styles.error} id={`${id}-more`}>
          {error}
        </p>
      ) : (
        help && (
          <p className={styles.help} id={`${id}-more`}>
            {help}
          </p>
        )
      )}
    </div>
  );
}

export function NumberField({
  value,
  onChange,
  min,
  max,
  step,
  disabled,
  ...field
}: FieldProps & {
  value: number;
  onChange: (value: number) => void;
  min?: number;
  max?: number;
  step?: number | 'any';
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <Field {...field} id={id}>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        className="numeric"
        value={Number.isNaN(value) ? '' : value}
        min={min}
        max={max}
        step={step ?? 'any'}
        disabled={disabled}
        aria-invalid={field.error ? true : undefined}
        aria-describedby={field.error || field.help ? `${id}-more` : undefined}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    </Field>
  );
}

export function SelectField<T extends string>({
  value,
  onChange,
  options,
  disabled,
  ...field
}: FieldProps & {
  value: T;
  onChange: (value: T) => void;
  options: readonly (readonly [value: T, label: string])[];
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <Field {...field} id={id}>
      <select
        id={id}
        value={value}
        disabled={disabled}
        aria-describedby={field.error || field.help ? `${id}-more` : undefined}
        onChange={(event) => onChange(event.target.value as T)}
      >
        {options.map(([option, label]) => (
          <option key={option} value={option}>
            {label}
          </option>
        ))}
      </select>
    </Field>
  );
}

export function SwitchField({
  label,
  help,
  value,
  onChange,
  disabled,
}: FieldProps & { value: boolean; onChange: (value: boolean) => void; disabled?: boolean }) {
  return (
    <div className={styles.field}>
      <label className={styles.switch}>
        <input
          type="checkbox"
          checked={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      {help && <p className={styles.help}>{help}</p>}
    </div>
  );
}
