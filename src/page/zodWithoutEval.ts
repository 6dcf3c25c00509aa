/** Zod compiles its schemas with `new Function`, which the server's Content-Security-Policy forbids: imported before any schema, this ends it. */
import { config } from 'zod';

config({ jitless: true });
