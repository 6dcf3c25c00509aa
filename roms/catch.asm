; CATCH, a 2K cartridge for the Atari 2600. Part of wgsl-dqn, MIT licence.
;
; Fruit falls, one at a time. The left joystick moves the basket under it, left and right. Caught: +1, missed: -1; ten make a game.
; The ten marks at the top keep count: a block for a fruit caught, a dash for one missed. RESET starts anew; the game begins by itself.
; Leaves out: the button, SELECT, the difficulty switches, the right port.
;
; Frame, 262 lines: 3 VSYNC, 39 VBLANK, 200 picture (24 marks, 168 field, 8 ground), 20 overscan.
; A fruit takes 40 frames to the basket's rim and 44 to the ground; the basket crosses the field in 34.

        processor 6502
        include "vcs.inc"

; --- Measures ---
fieldLines      = 168           ; lines from where a fruit appears down to the ground
fruitLines      = 14
basketLines     = 14
groundLines     = 8
rimFruitTop     = fieldLines - basketLines - fruitLines ; the fruit's top line once it touches the rim
groundFruitTop  = fieldLines - fruitLines               ; and once it touches the ground
noFruit         = 200           ; a value of fruitBase at which no line shows the fruit
fruitPixels     = 8
basketPixels    = 20
basketStep      = 4             ; pixels a frame
basketFirst     = 2
basketLast      = 138
basketStart     = 70
fallWhole       = 3             ; 3.5 lines a frame
fallPart        = $80
drops           = 10
signalFrames    = 8             ; how long ground and loudspeaker tell of a catch or a miss

; --- Colours ---
skyColour       = $90
fruitColour     = $1E
basketColour    = $3C
marksColour     = $0C
groundColour    = $C4
caughtColour    = $CA
missedColour    = $44
overColour      = $04

; --- RAM ---
        SEG.U variables
        ORG $80
seedLow         ds 1            ; never cleared: noise at power-on, and a console's reset keeps it, so that games differ
seedHigh        ds 1
caught          ds 1            ; this game's fruits: the environment reads these two
missed          ds 1
cleared                         ; from `caught` on everything is zeroed at the start
fruitX          ds 1            ; leftmost pixel
fruitTop        ds 1            ; line of the field, 0 the highest
fruitTopPart    ds 1            ; and its 256ths
fruitBase       ds 1            ; fruitTop as the kernel wants it, counted from the ground
basketX         ds 1
ground          ds 1            ; colour
signal          ds 1            ; frames left
marksCaught     ds 6            ; PF0 PF1 PF2 of the left half, then of the right half
marksAll        ds 6

        SEG code
        ORG $F800

Start   sei
        cld
        ldx #$FF
        txs
        lda #2
        sta VBLANK
        lda INTIM               ; at power-on the timer, too, is noise
        eor seedHigh
        sta seedHigh
        lda #45                 ; as after VSYNC: the first frame, too, has its 262 lines
        sta TIM64T
        lda #0
        sta SWACNT
        sta SWBCNT
        ldx #HMCLR-NUSIZ0
.tia    sta NUSIZ0,x
        dex
        bpl .tia
        ldx #$FF-caught
.ram    sta caught,x
        dex
        bpl .ram
        lda #7                  ; four times as wide
        sta NUSIZ1
        lda #fruitColour
        sta COLUP0
        lda #basketColour
        sta COLUP1
        lda #marksColour
        sta COLUPF
        jsr Random
        jsr NewGame
        jmp Picture

; --- VSYNC: 3 lines ---
Frame   lda #2
        sta WSYNC
        sta VSYNC
        sta WSYNC
        sta WSYNC
        lda #0
        sta WSYNC
        sta VSYNC
        lda #45                 ; ends in the 38th line
        sta TIM64T

; --- VBLANK: 39 lines. Only positions are set here ---
Picture ldx #0
        lda fruitX
        jsr SetX
        inx
        lda basketX
        sec
        sbc #1                  ; a player of four times its width starts a pixel late
        jsr SetX
        sta WSYNC
        sta HMOVE
        lda caught
        clc
        adc missed
        cmp #drops
        lda #noFruit
        bcs .base
        lda #fieldLines-fruitLines
        sec
        sbc fruitTop
.base   sta fruitBase
        lda #skyColour
        sta COLUBK
.wait   lda INTIM
        bne .wait
        sta WSYNC

; --- Picture: 24 lines with the marks ---
        sta WSYNC
        sta VBLANK
        ldx #8
.above  sta WSYNC
        dex
        bne .above
        ldy #8-1
.mark   ldx MarkKind,y
        sta WSYNC
        lda marksCaught,x
        sta PF0
        lda marksCaught+1,x
        sta PF1
        lda marksCaught+2,x
        sta PF2                 ; cycle 21
        nop
        nop
        lda marksCaught+3,x
        sta PF0                 ; 32, shown until 28 and from 49
        nop
        lda marksCaught+4,x
        sta PF1                 ; 41, shown until 39 and from 55
        nop
        nop
        lda marksCaught+5,x
        sta PF2                 ; 52, shown until 49 and from 65
        dey
        bpl .mark
        lda #0
        sta WSYNC
        sta PF0
        sta PF1
        sta PF2
        ldx #6
.below  sta WSYNC
        dex
        bne .below

; --- Field: 168 lines ---
        ldy #fieldLines-1
.line   tya
        sec
        sbc fruitBase
        cmp #fruitLines
        bcs .clear
        tax
        lda FruitShape,x
        tax
        bcc .basket
.clear  ldx #0
.basket lda #0
        cpy #basketLines
        bcs .draw
        lda BasketShape,y
.draw   sta WSYNC
        stx GRP0
        sta GRP1
        dey
        cpy #$FF
        bne .line

; --- Ground: 8 lines ---
        ldx #0
        lda ground
        sta WSYNC
        stx GRP0
        stx GRP1
        sta COLUBK
        ldx #groundLines
.ground sta WSYNC
        dex
        bne .ground

; --- Overscan: 20 lines. The game ---
        lda #2
        sta VBLANK
        lda #24
        sta TIM64T
        jsr Game
.rest   lda INTIM
        bne .rest
        jmp Frame

Game    SUBROUTINE
        lda basketX
        eor seedLow             ; how one plays decides what falls next
        sta seedLow
        jsr Random
        lda SWCHB
        lsr
        bcs .play
        jmp NewGame
.play   lda caught
        clc
        adc missed
        cmp #drops
        bcc .signal
        lda #0
        sta AUDV0
        lda #overColour
        sta ground
        rts

.signal lda signal
        beq .move
        dec signal
        bne .move
        lda #0
        sta AUDV0
        lda #groundColour
        sta ground

.move   bit SWCHA               ; N: right is up, V: left is up
        bmi .left
        lda basketX
        cmp #basketLast
        bcs .fall
        adc #basketStep
        sta basketX
        bcc .fall
.left   bvs .fall
        lda basketX
        cmp #basketFirst+1
        bcc .fall
        sbc #basketStep
        sta basketX

.fall   lda fruitTopPart
        clc
        adc #fallPart
        sta fruitTopPart
        lda fruitTop
        adc #fallWhole
        sta fruitTop
        cmp #rimFruitTop
        bcc .done
        lda fruitX              ; caught if the fruit's middle is over the basket
        clc
        adc #fruitPixels/2
        sec
        sbc basketX
        cmp #basketPixels+1
        bcc .caught
        lda fruitTop
        cmp #groundFruitTop
        bcs .missed
.done   rts

.caught jsr Mark
        ora marksCaught,x
        sta marksCaught,x
        inc caught
        ldx #caughtColour
        lda #4                  ; a pure tone, high
        ldy #10
        bne .tell
.missed jsr Mark
        inc missed
        ldx #missedColour
        lda #6                  ; a low buzz
        ldy #24
.tell   stx ground
        sta AUDC0
        sty AUDF0
        lda #8
        sta AUDV0
        lda #signalFrames
        sta signal
        bne NewFruit

; Adds this drop's mark to marksAll; returns its mask in A and the index of its byte in X.
Mark    lda caught
        clc
        adc missed
        tay
        ldx MarkByte,y
        lda MarkMask,y
        ora marksAll,x
        sta marksAll,x
        lda MarkMask,y
        rts

NewGame lda #0
        sta caught
        sta missed
        sta signal
        sta AUDV0
        ldx #12-1
.marks  sta marksCaught,x
        dex
        bpl .marks
        lda #groundColour
        sta ground
        lda #basketStart
        sta basketX
; A fruit at the top, at 2 + 149/255 of a random byte.
NewFruit
        lda #0
        sta fruitTop
        sta fruitTopPart
        lda seedLow
        lsr
        sta fruitX
        lsr
        lsr
        lsr
        tay
        lsr
        clc
        adc fruitX
        sta fruitX
        tya
        adc fruitX
        adc #basketFirst
        sta fruitX
        rts

; One step of a 16-bit shift register with feedback (taps 16 14 13 11: all 65,535 states but zero, which is left at once).
Random  lda seedLow
        ora seedHigh
        bne .step
        inc seedLow
.step   lsr seedHigh
        ror seedLow
        bcc .even
        lda seedHigh
        eor #$B4
        sta seedHigh
.even   rts

; Puts player X's leftmost pixel at A, 0..159, with the next HMOVE. A loop of 5 cycles moves 15 pixels; HMOVE does the rest.
        ALIGN 32
SetX    SUBROUTINE
        sec
        sta WSYNC
.coarse sbc #15
        bcs .coarse
        eor #7
        asl
        asl
        asl
        asl
        sta HMP0,x
        sta.w RESP0,x           ; the longer form: its fifth cycle makes pixel 0 come out at 0
        rts

FruitShape
        .byte %00111100
        .byte %00111100
        .byte %01111110
        .byte %01111110
        .byte %11111111
        .byte %11111111
        .byte %11111111
        .byte %11111111
        .byte %11111111
        .byte %11111111
        .byte %01111110
        .byte %01111110
        .byte %00111100
        .byte %00111100

BasketShape                     ; from the bottom; five bits, each four pixels wide
        .byte %01110000
        .byte %01110000
        .byte %11111000
        .byte %11111000
        .byte %11111000
        .byte %11111000
        .byte %11111000
        .byte %11111000
        .byte %11111000
        .byte %11111000
        .byte %10001000
        .byte %10001000
        .byte %10001000
        .byte %10001000

MarkKind                        ; by line from the bottom: 0 shows marksCaught, 6 marksAll
        .byte 0, 0, 0, 6, 6, 0, 0, 0
MarkByte
        .byte 0, 1, 1, 2, 2, 3, 4, 4, 5, 5
MarkMask
        .byte $60, $60, $06, $06, $60, $60, $60, $06, $06, $60

        ORG $FFFC
        .word Start
        .word Start
