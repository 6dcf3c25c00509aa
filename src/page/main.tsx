/** The dashboard's page: everything begins here. */
import { render } from 'preact';
import { App } from './app.tsx';
import { watchRuns } from './runsStore.ts';
import { keepZodFromCompiling } from './zodWithoutEval.ts';

keepZodFromCompiling();
watchRuns();
render(<App />, document.getElementById('app')!);
