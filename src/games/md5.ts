/** By what a cartridge image is recognised. */
import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** Lower-case hex. */
export function md5Of(bytes: Uint8Array): string {
  return bytesToHex(md5(bytes));
}
