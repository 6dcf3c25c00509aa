/**
 * The 256 opcodes of the 6507: operation, addressing mode, cycles.
 * Source: reference console.md section 4 (its table of base cycles has one quirk: $A7 takes 4); undocumented operations are named as
 * in the literature on them (SLO, RLA, SRE, RRA, SAX, LAX, DCP, ISB, ANC, ASR, ARR, ANE, LXA, SBX, LAS, SHA, SHX, SHY, SHS).
 */

/** Addressing modes. `pul` is the stack's: a byte is pulled before the operation. */
export type Mode =
  | 'imp'
  | 'acc'
  | 'imm'
  | 'zp'
  | 'zpx'
  | 'zpy'
  | 'abs'
  | 'abx'
  | 'aby'
  | 'inx'
  | 'iny'
  | 'ind'
  | 'rel'
  | 'pul';

/** Operations that read a byte, and those that read and write one. */
const readOperations = 'ORA AND EOR ADC SBC CMP CPX CPY LDA LDX LDY LAX LAS BIT NOP ANC ASR ARR ANE LXA SBX'.split(' ');
const modifyOperations = 'ASL ROL LSR ROR INC DEC SLO RLA SRE RRA DCP ISB'.split(' ');

export interface Opcode {
  readonly code: number;
  readonly operation: string;
  readonly mode: Mode;
  /** Without the cycles that a crossed page or a taken branch adds. */
  readonly cycles: number;
  /** Bytes fetched: opcode and operand. BRK fetches a byte that it does not use. */
  readonly length: number;
  /** Takes a cycle more when indexing crosses a page: reads do, writes always take the longer time. */
  readonly pagePenalty: boolean;
}

const operationOf = `
  BRK ORA JAM SLO NOP ORA ASL SLO PHP ORA ASL ANC NOP ORA ASL SLO
  BPL ORA JAM SLO NOP ORA ASL SLO CLC ORA NOP SLO NOP ORA ASL SLO
  JSR AND JAM RLA BIT AND ROL RLA PLP AND ROL ANC BIT AND ROL RLA
  BMI AND JAM RLA NOP AND ROL RLA SEC AND NOP RLA NOP AND ROL RLA
  RTI EOR JAM SRE NOP EOR LSR SRE PHA EOR LSR ASR JMP EOR LSR SRE
  BVC EOR JAM SRE NOP EOR LSR SRE CLI EOR NOP SRE NOP EOR LSR SRE
  RTS ADC JAM RRA NOP ADC ROR RRA PLA ADC ROR ARR JMP ADC ROR RRA
  BVS ADC JAM RRA NOP ADC ROR RRA SEI ADC NOP RRA NOP ADC ROR RRA
  NOP STA NOP SAX STY STA STX SAX DEY NOP TXA ANE STY STA STX SAX
  BCC STA JAM SHA STY STA STX SAX TYA STA TXS SHS SHY STA SHX SHA
  LDY LDA LDX LAX LDY LDA LDX LAX TAY LDA TAX LXA LDY LDA LDX LAX
  BCS LDA JAM LAX LDY LDA LDX LAX CLV LDA TSX LAS LDY LDA LDX LAX
  CPY CMP NOP DCP CPY CMP DEC DCP INY CMP DEX SBX CPY CMP DEC DCP
  BNE CMP JAM DCP NOP CMP DEC DCP CLD CMP NOP DCP NOP CMP DEC DCP
  CPX SBC NOP ISB CPX SBC INC ISB INX SBC NOP SBC CPX SBC INC ISB
  BEQ SBC JAM ISB NOP SBC INC ISB SED SBC NOP ISB NOP SBC INC ISB
`
  .trim()
  .split(/\s+/);

const cyclesOf = `
  7 6 2 8 3 3 5 5 3 2 2 2 4 4 6 6
  2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7
  6 6 2 8 3 3 5 5 4 2 2 2 4 4 6 6
  2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7
  6 6 2 8 3 3 5 5 3 2 2 2 3 4 6 6
  2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7
  6 6 2 8 3 3 5 5 4 2 2 2 5 4 6 6
  2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7
  2 6 2 6 3 3 3 3 2 2 2 2 4 4 4 4
  2 6 2 6 4 4 4 4 2 5 2 5 5 5 5 5
  2 6 2 6 3 3 3 4 2 2 2 2 4 4 4 4
  2 5 2 5 4 4 4 4 2 4 2 4 4 4 4 4
  2 6 2 8 3 3 5 5 2 2 2 2 4 4 6 6
  2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7
  2 6 2 8 3 3 5 5 2 2 2 2 4 4 6 6
  2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7
`
  .trim()
  .split(/\s+/)
  .map(Number);

/** The addressing mode follows from an opcode's column and the parity of its row, with few exceptions. */
function modeOf(code: number): Mode {
  const operation = operationOf[code];
  const column = code & 15;
  const evenRow = (code & 0x10) === 0;
  if (['PLA', 'PLP', 'RTS', 'RTI'].includes(operation)) return 'pul';
  if (operation === 'JAM') return 'imp';
  if (operation === 'JSR') return 'abs';
  if (code === 0x6c) return 'ind';
  // STX, SAX, LDX and LAX index with Y where the others use X.
  const indexedByY = (code & 0xc0) === 0x80 && (column & 2) !== 0;
  switch (column) {
    case 0x0:
    case 0x2:
      return evenRow ? 'imm' : 'rel';
    case 0x1:
    case 0x3:
      return evenRow ? 'inx' : 'iny';
    case 0x8:
      return 'imp';
    case 0xa:
      return modifyOperations.includes(operation) ? 'acc' : 'imp';
    case 0x9:
    case 0xb:
      return evenRow ? 'imm' : 'aby';
    default:
      if (column < 8) return evenRow ? 'zp' : indexedByY ? 'zpy' : 'zpx';
      return evenRow ? 'abs' : indexedByY ? 'aby' : 'abx';
  }
}

function lengthOf(mode: Mode): number {
  if (mode === 'imp' || mode === 'acc' || mode === 'pul') return 1;
  return ['abs', 'abx', 'aby', 'ind'].includes(mode) ? 3 : 2;
}

export const opcodes: readonly Opcode[] = operationOf.map((operation, code) => {
  const mode = modeOf(code);
  return {
    code,
    operation,
    mode,
    cycles: cyclesOf[code],
    length: lengthOf(mode),
    pagePenalty: readOperations.includes(operation),
  };
});
