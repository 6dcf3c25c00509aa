/**
 * The Supercharger's 2 KiB of ROM, in our own code: Starpath's may not be handed on. It has the same entries and leaves the same traces:
 * the reset vector loads the first part of the tape, a jump to 0xF800 the part whose number is in 0xFA; the control byte is then in 0x80,
 * and the switch to the game's banks runs at 0xFA..0xFF. All other RAM keeps its contents but for the first part, before which it is
 * cleared with the TIA. It shows and plays nothing while it loads, which takes no time; for a part that the tape lacks it waits for ever.
 *
 * `loadHotspot` and the header of the part loaded, at 0xFA00, are between this program and supercharger.ts: the hardware has a tape there.
 */
const origin = 0xf800;

/** An access while this ROM is in the upper half loads the part whose number was last held. */
export const loadHotspot = 0x1ff0;
/** Where that part's header appears; a page of zeros when there is none. */
export const headerWindow = 0x1a00;
/** The offset of that page of zeros. */
export const noHeader = 0x0300;

// biome-ignore format: a line an instruction
const program: readonly number[] = [
  0xa5, 0xfa, //       F800  LDA $FA      number of the part that the game asks for
  0x4c, 0x14, 0xf8, // F802  JMP load
  0x78, //             F805  SEI          reset
  0xd8, //             F806  CLD
  0xa2, 0xff, //       F807  LDX #$FF
  0x9a, //             F809  TXS
  0xa9, 0x00, //       F80A  LDA #0
  0x95, 0x00, //       F80C  STA $00,X    clear: RAM and TIA
  0xca, //             F80E  DEX
  0xd0, 0xfb, //       F80F  BNE clear
  0xad, 0x05, 0xfa, // F811  LDA $FA05    number of the first part
  0xaa, //             F814  TAX          load:
  0xdd, 0x00, 0xf0, // F815  CMP $F000,X  wait: hold the number
  0xad, 0xf0, 0xff, // F818  LDA $FFF0    loadHotspot
  0xad, 0x03, 0xfa, // F81B  LDA $FA03    pages loaded
  0xf0, 0xf5, //       F81E  BEQ wait
  0xae, 0x02, 0xfa, // F820  LDX $FA02    control byte
  0x86, 0x80, //       F823  STX $80
  0xa0, 0x03, //       F825  LDY #3
  0xb9, 0x40, 0xf8, // F827  LDA leave,Y  copy:
  0x99, 0xfa, 0x00, // F82A  STA $00FA,Y
  0x88, //             F82D  DEY
  0x10, 0xf7, //       F82E  BPL copy
  0xad, 0x00, 0xfa, // F830  LDA $FA00    start address
  0x85, 0xfe, //       F833  STA $FE
  0xad, 0x01, 0xfa, // F835  LDA $FA01
  0x85, 0xff, //       F838  STA $FF
  0xdd, 0x00, 0xf0, // F83A  CMP $F000,X  hold the control byte
  0x4c, 0xfa, 0x00, // F83D  JMP $00FA
  0xcd, 0xf8, 0xff, // F840  CMP $FFF8    leave: select the game's banks
  0x4c, //             F843  JMP          and go to its start
];
const resetEntry = origin + 5;

/** 2,048 bytes. */
export const superchargerBios: Uint8Array = new Uint8Array(0x800);
superchargerBios.set(program);
superchargerBios.set([resetEntry & 0xff, resetEntry >> 8], 0x7fc);
