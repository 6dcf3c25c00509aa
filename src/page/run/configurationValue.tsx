/** A value of config.json in words. */
export function ConfigurationValue({ value }: { value: unknown }) {
  if (value === undefined) return <span class="none">not there</span>;
  return <code>{valueText(value)}</code>;
}

/** One line: texts as they are, lists by commas, null as `none`. */
export function valueText(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return Number.isInteger(value) ? value.toLocaleString('en') : String(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(valueText).join(' ');
  return JSON.stringify(value);
}
