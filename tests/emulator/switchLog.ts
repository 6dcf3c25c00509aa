/** A cartridge that writes down what is done to its switches, and whose mode is the number of times that SELECT was pressed. */
import dasm from 'dasm';

/** Where the cartridge keeps what it saw, at power-on 0; counters wrap around at 256. */
export const log = {
  frames: 0xf0,
  resetFrames: 0xf1,
  selectFrames: 0xf2,
  presses: 0xf3,
  /** Frames with the stick pressed right, and with the button pressed. */
  rightFrames: 0xf4,
  fireFrames: 0xf5,
} as const;

/** @param modeAddress where the mode stands, in which each press adds `step` to `first` */
export function switchLog(modeAddress: number, first = 0, step = 1): Uint8Array {
  const source = `
    processor 6502
    org $F000
start:
    ldx #$0F
    lda #0
clear:
    sta $F0,x
    dex
    bpl clear
    lda #${first}
    sta ${modeAddress}
frame:
    lda #2              ; three lines of vertical sync; the console's frame ends with them
    sta $00
    sta $02
    sta $02
    sta $02
    lda #0
    sta $00
    inc ${log.frames}
    lda $0282           ; SWCHB: bit 0 RESET, bit 1 SELECT, 0 while pressed
    lsr
    bcs resetIsUp
    inc ${log.resetFrames}
resetIsUp:
    lsr
    bcs selectIsUp
    inc ${log.selectFrames}
    ldx $FF             ; whether SELECT was down in the frame before
    bne selectSeen
    inc ${log.presses}
    lda ${modeAddress}
    clc
    adc #${step}
    sta ${modeAddress}
    ldx #1
    stx $FF
    bne selectSeen
selectIsUp:
    ldx #0
    stx $FF
selectSeen:
    bit $0280           ; SWCHA: bit 7 right
    bmi notRight
    inc ${log.rightFrames}
notRight:
    bit $0C             ; INPT4: the button
    bmi notFire
    inc ${log.fireFrames}
notFire:
    ldx #255
lines:
    sta $02
    dex
    bne lines
    jmp frame
    org $FFFC
    .word start, start
`;
  const { success, data, output } = dasm(source, { format: 3 });
  if (!success || data.length !== 4096) throw new Error(output.join('\n'));
  return data;
}
