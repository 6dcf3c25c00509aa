/** `bun run record`, ended from outside while it records: nothing is left, and what was there stays. */
import { afterEach, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start, temporaryFolder } from '../e2e/cli.ts';

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The tests for these kinds of file, each with the signal that ends one. */
export function brokenOff(kinds: Readonly<Record<string, keyof typeof codes>>): void {
  const begun: { process: ReturnType<typeof start>; remove: () => void }[] = [];
  afterEach(() => {
    for (const { process, remove } of begun.splice(0)) {
      process.kill('SIGKILL');
      remove();
    }
  });

  /** A recording under way, in a folder of its own, over a file. Should nobody end it, it ends by itself in some minutes. */
  async function recording(extension: string) {
    const place = temporaryFolder('record-broken');
    const out = join(place.folder, `x.${extension}`);
    writeFileSync(out, 'before');
    const process = start(['record', 'catch', '--random', '--out', out, '--frames', '50000']);
    begun.push({ process, remove: place.remove });
    const { value } = await process.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toContain('Cartridge');
    await Bun.sleep(1500);
    return { out, folder: place.folder, process };
  }

  test.each(Object.entries(kinds))('no %s by %s', async (extension, signal) => {
    const { out, folder, process } = await recording(extension);
    process.kill(signal);
    expect(await process.exited).toBe(codes[signal]);
    await Bun.sleep(200);
    expect(readdirSync(folder)).toEqual([`x.${extension}`]);
    expect(readFileSync(out, 'utf8')).toBe('before');
  });

  test.each(Object.keys(kinds))('no %s by the end of its folder: one line', async (extension) => {
    const { folder, process } = await recording(extension);
    rmSync(folder, { recursive: true });
    expect(await process.exited).toBe(1);
    expect(await new Response(process.stderr).text()).toBe(
      `error: The folder ${folder} is gone. Give a path that stays with --out.\n`,
    );
    expect(existsSync(folder)).toBe(false);
  });
}
