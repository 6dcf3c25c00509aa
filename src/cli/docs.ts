/** `bun run docs`: writes the pages of docs/ that are made from the code. A test compares them. */
import { join } from 'node:path';
import { configurationPage } from '../run/configurationText.ts';
import { writeAtomically } from '../run/files.ts';
import { projectFolder } from '../run/provenance.ts';

const path = join(projectFolder, 'docs', 'configuration.md');
writeAtomically(path, new TextEncoder().encode(configurationPage()));
console.log(`Wrote ${path}`);
