/**
 * Addresses of the TIA's registers. Source: Stella Programmer's Guide (S. Wright, 1979). Leaves out the six audio registers, which
 * change nothing that a program can see, and RSYNC, which the reference ignores.
 */

/** Written. */
export const VSYNC = 0x00;
export const VBLANK = 0x01;
export const WSYNC = 0x02;
export const NUSIZ0 = 0x04;
export const NUSIZ1 = 0x05;
export const COLUP0 = 0x06;
export const COLUP1 = 0x07;
export const COLUPF = 0x08;
export const COLUBK = 0x09;
export const CTRLPF = 0x0a;
export const REFP0 = 0x0b;
export const REFP1 = 0x0c;
export const PF0 = 0x0d;
export const PF1 = 0x0e;
export const PF2 = 0x0f;
export const RESP0 = 0x10;
export const RESP1 = 0x11;
export const RESM0 = 0x12;
export const RESM1 = 0x13;
export const RESBL = 0x14;
export const GRP0 = 0x1b;
export const GRP1 = 0x1c;
export const ENAM0 = 0x1d;
export const ENAM1 = 0x1e;
export const ENABL = 0x1f;
export const HMP0 = 0x20;
export const HMP1 = 0x21;
export const HMM0 = 0x22;
export const HMM1 = 0x23;
export const HMBL = 0x24;
export const VDELP0 = 0x25;
export const VDELP1 = 0x26;
export const VDELBL = 0x27;
export const RESMP0 = 0x28;
export const RESMP1 = 0x29;
export const HMOVE = 0x2a;
export const HMCLR = 0x2b;
export const CXCLR = 0x2c;

/** Read: 0 to 7 are the collision registers CXM0P to CXPPMM, 8 to 13 the inputs. */
export const CXPPMM = 0x07;
export const INPT0 = 0x08;
export const INPT3 = 0x0b;
export const INPT4 = 0x0c;
export const INPT5 = 0x0d;
