/** Before every test file: a software adapter compiles its pipelines on the CPU, so a test may take a while the first time. */
import { setDefaultTimeout } from 'bun:test';

setDefaultTimeout(120_000);
