/** Light or dark: as the system has it, until the button says otherwise. */
import { chosenTheme } from './choices.ts';
import type { Theme } from './curves/colours.ts';
import { Value } from './value.ts';

const system = window.matchMedia('(prefers-color-scheme: dark)');

function now(): Theme {
  return chosenTheme.current ?? (system.matches ? 'dark' : 'light');
}

/** What is shown. Charts are drawn in its colours. */
export const theme = new Value<Theme>(now());

function apply(): void {
  const chosen = chosenTheme.current;
  if (chosen === undefined) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
  theme.set(now());
}

system.addEventListener('change', apply);
chosenTheme.listen(apply);
apply();
