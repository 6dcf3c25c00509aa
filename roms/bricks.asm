; BRICKS, a 4K cartridge for the Atari 2600. Part of wgsl-dqn, MIT licence.
;
; A ball, a wall of six rows of eighteen bricks, a paddle (left port, first paddle). Its button serves; five balls make a game.
; Bricks count 7 7 4 4 1 1 from the top row down; a new wall comes once the last brick is gone and the ball meets the paddle.
; The paddle's middle sends the ball up steeply, its ends flatly; the ball is faster after 4 and after 12 hits or a brick of the upper two rows.
; RESET starts anew. Leaves out: SELECT, the difficulty switches, a second player.
;
; Frame, 262 lines: 3 VSYNC, 39 VBLANK, 200 picture, 20 overscan. Y counts the picture's lines down, 199 to 0, all the way through the
; picture: it is also the clock that times the paddle's capacitor.

        processor 6502
        include "vcs.inc"

; --- Measures: lines from the top of the picture, pixels from its left ---
pictureLines    = 200
scoreLine       = 4             ; five rows of four lines
blankLine       = 24
topWallLine     = 28
fieldLine       = 36
brickLine       = 56
brickLines      = 6
rows            = 6
belowLine       = brickLine+rows*brickLines
paddleLine      = 184
paddleLines     = 4
bottomLine      = paddleLine+paddleLines
lostLine        = 196
serveLine       = 100
wallPixels      = 8
brickPixels     = 8
bricksInAll     = 108
paddlePixels    = 16
paddleTravel    = 160-2*wallPixels-paddlePixels
ballPixels      = 4
ballLines       = 6
ballFirst       = wallPixels
ballLast        = 160-wallPixels-ballPixels
noBall          = 230           ; a value of ballBase at which no line shows the ball
outside         = $FF           ; ballRow above and below the bricks
balls           = 5

; --- Colours ---
wallColour      = $06
ballColour      = $0E
scoreColour     = $0C

; --- RAM ---
        SEG.U variables
        ORG $80
seedLow         ds 1            ; never cleared: noise at power-on, and a console's reset keeps it, so that games differ
seedHigh        ds 1
lives           ds 1            ; the environment reads these three
scoreHigh       ds 1            ; thousands and hundreds, BCD
scoreLow        ds 1
bricksLeft      ds 1
ballOn          ds 1
ballX           ds 1            ; leftmost pixel, then its 256ths
ballXPart       ds 1
ballY           ds 1            ; top line, then its 256ths
ballYPart       ds 1
speedX          ds 1            ; pixels a frame, signed, then 256ths
speedXPart      ds 1
speedY          ds 1
speedYPart      ds 1
ballRow         ds 1            ; six times the row of bricks in which the ball's leading edge was
ballBase        ds 1            ; ballY as the kernel wants it
hits            ds 1            ; of the paddle since the serve
pace            ds 1            ; 0, 1, 2
paddleCount     ds 1            ; the last line at which the paddle's capacitor was not yet charged
paddleX         ds 1
soundFrames     ds 1
scratch         ds 1
digitAt         ds 4            ; where in Font the score's digits begin
scoreLeft       ds 5            ; PF1 by row: thousands, hundreds
scoreRight      ds 5            ; PF2 by row: tens, ones
livesMarks      ds 3            ; PF0 PF1 PF2 of the right half
bricks          ds rows*6       ; by row from the top: PF0 PF1 PF2 of the left half, then of the right half


        SEG code
        ORG $F000

; --- What a line of the picture does ---
; Notes the line if the paddle's capacitor is still charging. 8 cycles.
        MAC PADDLE
        bit INPT0
        bmi .charged
        sty paddleCount
.charged
        ENDM

; A = ENAM1 of the next line. 13 cycles.
        MAC BALL
        tya
        sec
        sbc ballBase
        cmp #ballLines
        lda #3                  ; bit 1 is set in 3 + 0, clear in 3 + 1
        adc #0
        ENDM

; Lines with ball and paddle until the one that begins at {1} from the top.
        MAC LINES
.line   sta WSYNC
        sta ENAM1
        PADDLE
        BALL
        dey
        cpy #<[pictureLines-1-{1}]
        bne .line
        ENDM

; The six lines of row {1}, in colour {2}. Cycles in the first line, the slowest, are at the right; the picture begins at 22.
        MAC ROW
        sta WSYNC
        sta ENAM1               ; 3
        lda #{2}
        sta COLUPF              ; 8
.line   lda bricks+6*{1}
        sta PF0                 ; 14, shown from 23 to 28
        lda bricks+6*{1}+1
        sta PF1                 ; 20, shown from 28 to 39
        lda bricks+6*{1}+2
        sta PF2                 ; 26, shown from 39 to 49
        tya
        sbc ballBase            ; carry is set: Y is at least what CPY compared it with
        cmp #ballLines
        lda bricks+6*{1}+3
        sta PF0                 ; 39, shown from 49 to 55
        lda bricks+6*{1}+4
        sta PF1                 ; 45, shown from 55 to 65
        PADDLE
        lda bricks+6*{1}+5
        sta PF2                 ; 59, shown from 65
        lda #3
        adc #0
        dey
        cpy #pictureLines-1-brickLine-brickLines*[{1}+1]
        beq .done
        sta WSYNC               ; 72
        sta ENAM1
        bne .line
.done
        ENDM

Start   sei
        cld
        ldx #$FF
        txs
        lda #$82
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
        ldx #bricks-lives-1     ; NewGame sets the bricks
.ram    sta lives,x
        dex
        bpl .ram
        lda #$35                ; the walls: player 0 twice as wide, missile 0 of 8 pixels
        sta NUSIZ0
        lda #$25                ; the paddle twice as wide, the ball of 4 pixels
        sta NUSIZ1
        lda #wallColour
        sta COLUP0
        lda #ballColour
        sta COLUP1
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

; --- VBLANK: 39 lines. What the picture needs is made ready ---
Picture SUBROUTINE
        ldx #0                  ; the right wall
        lda #160-wallPixels-1   ; a player of twice its width starts a pixel late
        jsr SetX
        inx                     ; the paddle
        ldy paddleCount
        lda PaddleTable,y
        sta paddleX
        sec
        sbc #1
        jsr SetX
        inx                     ; the left wall
        lda #0+1                ; a missile comes out a pixel to the left of a player
        jsr SetX
        inx                     ; the ball
        ldy ballX
        iny
        tya
        jsr SetX
        sta WSYNC
        sta HMOVE

        lda #noBall
        ldx ballOn
        beq .base
        lda #pictureLines+1-ballLines
        sec
        sbc ballY
.base   sta ballBase

        ldx lives
        lda LivesPF0,x
        sta livesMarks
        lda LivesPF1,x
        sta livesMarks+1
        lda LivesPF2,x
        sta livesMarks+2
        jsr ScoreRows
        lda #pictureLines-1
        sta paddleCount
        lda #scoreColour
        sta COLUPF
.wait   lda INTIM
        bne .wait
        sta WSYNC

; --- Picture: 4 lines above the score ---
        ldy #pictureLines-1
        sta WSYNC
        sta VBLANK              ; 0: beam on, the paddle's capacitor begins to charge
        dey
.above  sta WSYNC
        PADDLE
        dey
        cpy #pictureLines-1-scoreLine
        bne .above

; --- 20 lines: score and lives ---
        ldx #0
.score  sta WSYNC
        lda #0
        sta PF0                 ; 5
        lda scoreLeft,x
        sta PF1                 ; 12
        lda scoreRight,x
        sta PF2                 ; 19
        PADDLE
        lda livesMarks
        and LivesRows,x
        sta PF0                 ; 37, shown until 28 and from 49
        lda livesMarks+1
        and LivesRows,x
        sta PF1                 ; 47, shown until 39 and from 55
        lda livesMarks+2
        and LivesRows,x
        sta PF2                 ; 57, shown until 49 and from 65
        dey
        ldx ScoreRow-[pictureLines-1-blankLine],y
        cpy #pictureLines-1-blankLine
        bne .score

; --- 4 lines blank, 8 of the upper wall, 20 above the bricks ---
        sta WSYNC
        lda #0
        sta PF0
        sta PF1
        sta PF2
        PADDLE
        dey
.blank  sta WSYNC
        PADDLE
        dey
        cpy #pictureLines-1-topWallLine
        bne .blank
        lda #wallColour
        sta WSYNC
        sta COLUPF
        lda #$FF
        sta PF0
        sta PF1
        sta PF2                 ; 14
        sta ENAM0               ; 17
        lda #$F0
        sta GRP0                ; 22: the right wall, far from here
        PADDLE
        lda #0                  ; no ball in the wall
        dey
        LINES fieldLine
        sta WSYNC
        sta ENAM1
        lda #0
        sta PF0
        sta PF1
        sta PF2                 ; 14
        PADDLE
        BALL
        dey
        LINES brickLine

        jmp BrickRows

; --- 36 lines: the bricks. 60 bytes a row, four rows up to the page's end: no branch in them crosses a page ---
        ALIGN 256
        ds 16
BrickRows
        ROW 0,$46
        ROW 1,$38
        ROW 2,$1A
        ROW 3,$CA
        ROW 4,$98
        ROW 5,$68

; --- 92 lines below the bricks, 4 of the paddle, 12 below it ---
        sta WSYNC
        sta ENAM1
        lda #0
        sta PF0
        sta PF1
        sta PF2                 ; 14
        PADDLE
        BALL
        dey
        LINES paddleLine
        sta WSYNC
        sta ENAM1
        ldx #$FF
        stx GRP1                ; 8
        PADDLE
        BALL
        dey
        LINES bottomLine
        sta WSYNC
        sta ENAM1
        ldx #0
        stx GRP1                ; 8
        PADDLE
        BALL
        dey
        LINES pictureLines

; --- Overscan: 20 lines. The game ---
        lda #$82                ; beam off, the paddle's capacitor grounded
        sta WSYNC
        sta VBLANK
        lda #24
        sta TIM64T
        lda #0
        sta ENAM0
        sta ENAM1
        sta GRP0
        jsr Game
.rest   lda INTIM
        bne .rest
        jmp Frame

; --- The game, once a frame ---
Game    SUBROUTINE
        lda paddleCount
        eor seedLow             ; how one plays decides where the next ball is served
        sta seedLow
        jsr Random
        lda soundFrames
        beq .quiet
        dec soundFrames
        bne .switch
.quiet  sta AUDV0
.switch lda SWCHB
        lsr
        bcs .play
        jmp NewGame
.play   lda lives
        beq .done
        lda ballOn
        bne Move
        bit SWCHA               ; the left port's first button
        bmi .done
        jmp Serve
.done   rts

Move    SUBROUTINE
        lda ballXPart
        clc
        adc speedXPart
        sta ballXPart
        lda ballX
        adc speedX
        sta ballX
        ldx #ballFirst
        cmp #ballFirst
        bcc .side
        ldx #ballLast
        cmp #ballLast+1
        bcc .rise
.side   stx ballX
        jsr TurnX
        jsr WallSound

.rise   lda ballYPart
        clc
        adc speedYPart
        sta ballYPart
        lda ballY
        adc speedY
        sta ballY
        cmp #fieldLine
        bcs .lower
        lda #fieldLine
        sta ballY
        jsr TurnY
        jsr WallSound

.lower  lda ballY
        cmp #lostLine
        bcc Bricks
        lda #0
        sta ballOn
        dec lives
        lda #8                  ; noise
        ldx #20
        ldy #30
        jmp Sound

; Does the middle of the ball's leading edge touch a brick?
Bricks  SUBROUTINE
        lda ballY
        bit speedY
        bmi .edge
        clc
        adc #ballLines-1
.edge   sec
        sbc #brickLine
        cmp #rows*brickLines
        bcc .row
        lda #outside
        sta ballRow
        jmp Paddle
.row    tay
        ldx RowOfLine,y
        stx scratch
        lda ballX
        clc
        adc #ballPixels/2-wallPixels
        lsr
        lsr
        lsr
        tay                     ; the column, 0..17
        lda scratch
        clc
        adc ColumnByte,y
        tax
        lda bricks,x
        and ColumnMask,y
        bne .hit
        lda scratch
        sta ballRow
        rts

.hit    eor bricks,x
        sta bricks,x
        dec bricksLeft
        ldx scratch
        sed
        lda scoreLow
        clc
        adc RowPoints,x
        sta scoreLow
        lda scoreHigh
        adc #0
        sta scoreHigh
        cld
        bcc .fast
        lda #$99                ; 9999 is the most that is shown
        sta scoreHigh
        sta scoreLow
.fast   cpx #2*6                ; the upper two rows
        bcs .turn
        lda #2
        sta pace
.turn   cpx ballRow
        stx ballRow
        bne .vertical
        jsr TurnX               ; in the same row as before: it came from the side
        jmp .sound
.vertical
        jsr TurnY
.sound  lda scratch
        lsr
        clc
        adc #6
        tax
        lda #4
        ldy #4
        jmp Sound

; Does the ball, on its way down, touch the paddle?
Paddle  SUBROUTINE
        bit speedY
        bmi .no
        lda ballY
        cmp #paddleLine-ballLines+1
        bcc .no
        cmp #bottomLine
        bcs .no
        lda ballX
        clc
        adc #ballPixels-1
        sec
        sbc paddleX
        cmp #paddlePixels+ballPixels-1
        bcs .no
        tax
        lda #paddleLine-ballLines
        sta ballY
        inc hits
        ldy pace
        lda hits
        cmp #4
        bcc .send
        cpy #1
        bcs .more
        iny
.more   cmp #12
        bcc .send
        ldy #2
.send   sty pace
        lda Angle,x             ; bit 7: to the left; bits 0-1: how flat
        jsr Send
        lda bricksLeft
        bne .sound
        jsr NewWall
.sound  lda #4
        ldx #20
        ldy #4
        jmp Sound
.no     rts

; Sends the ball up at the angle in A and the present pace, with up to 31/256 of a pixel more to the side, by chance, so that no
; way of playing runs in circles for ever.
Send    SUBROUTINE
        sta scratch
        ldy pace
        lda PaceWhole,y
        sta speedY
        lda PacePart,y
        sta speedYPart
        jsr TurnY
        tya
        asl
        asl
        ora scratch
        and #$0F
        tax
        lda seedLow
        and #31
        clc
        adc SidePart,x
        sta speedXPart
        lda #0
        adc SideWhole,x
        sta speedX
        bit scratch
        bpl .right
        jmp TurnX
.right  rts

Serve   SUBROUTINE
        lda #0
        sta hits
        sta pace
        sta ballXPart
        sta ballYPart
        lda #serveLine
        sta ballY
        lda #outside
        sta ballRow
        sta ballOn
        lda seedLow
        and #63                 ; somewhere in the middle
        clc
        adc #46
        sta ballX
        lda seedHigh
        and #$80
        ora #1
        jsr Send
        jmp TurnY

TurnX   SUBROUTINE
        lda #0
        sec
        sbc speedXPart
        sta speedXPart
        lda #0
        sbc speedX
        sta speedX
        rts

TurnY   SUBROUTINE
        lda #0
        sec
        sbc speedYPart
        sta speedYPart
        lda #0
        sbc speedY
        sta speedY
        rts

WallSound
        lda #4
        ldx #26
        ldy #3
; Distortion A, pitch X, for Y frames.
Sound   sta AUDC0
        stx AUDF0
        sty soundFrames
        lda #6
        sta AUDV0
        rts

NewGame SUBROUTINE
        lda #0
        sta ballOn
        sta scoreLow
        sta scoreHigh
        sta soundFrames
        sta AUDV0
        lda #balls
        sta lives
NewWall ldx #rows*6-1
.row    ldy #6-1
.byte   lda FullRow,y
        sta bricks,x
        dex
        dey
        bpl .byte
        txa
        bpl .row
        lda #bricksInAll
        sta bricksLeft
        rts

; Makes scoreLeft and scoreRight from the score.
ScoreRows SUBROUTINE
        lda scoreHigh
        jsr Digits
        stx digitAt
        sty digitAt+1
        lda scoreHigh
        cmp #$10
        bcs .tens
        lda #10*5               ; thousands only when there are any
        sta digitAt
.tens   lda scoreLow
        jsr Digits
        stx digitAt+2
        sty digitAt+3
        ldx #0
.row    ldy digitAt
        lda Font,y
        and #$F0
        sta scratch
        ldy digitAt+1
        lda Font,y
        and #$0F
        ora scratch
        sta scoreLeft,x
        ldy digitAt+2
        lda FontMirrored,y
        and #$0F
        sta scratch
        ldy digitAt+3
        lda FontMirrored,y
        and #$F0
        ora scratch
        sta scoreRight,x
        inc digitAt
        inc digitAt+1
        inc digitAt+2
        inc digitAt+3
        inx
        cpx #5
        bne .row
        rts

; X, Y = five times the two digits of A.
Digits  pha
        lsr
        lsr
        lsr
        lsr
        tay
        ldx TimesFive,y
        pla
        and #$0F
        tay
        lda TimesFive,y
        tay
        rts

; One step of a 16-bit shift register with feedback (taps 16 14 13 11: all 65,535 states but zero, which is left at once).
Random  SUBROUTINE
        lda seedLow
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

; Puts object X's leftmost pixel at A, 0..159, with the next HMOVE. A loop of 5 cycles moves 15 pixels; HMOVE does the rest.
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

; --- Tables. None that the picture reads crosses a page ---
        ALIGN 256
; The paddle's leftmost pixel by the last line at which its capacitor was not yet charged.
; The resistance that ALE's paddle runs through takes 7 to 198 lines, its middle 102; the whole way is spread over these.
firstCount      = 2
lastCount       = 193
PaddleTable
COUNT   SET 0
        REPEAT pictureLines
        IF COUNT < firstCount
        .byte wallPixels
        ELSE
        IF COUNT > lastCount
        .byte wallPixels+paddleTravel
        ELSE
        .byte wallPixels+[[COUNT-firstCount]*paddleTravel+[lastCount-firstCount]/2]/[lastCount-firstCount]
        ENDIF
        ENDIF
COUNT   SET COUNT+1
        REPEND

TimesFive
        .byte 0, 5, 10, 15, 20, 25, 30, 35, 40, 45
RowPoints                       ; by six times the row
        .byte 7, 0, 0, 0, 0, 0
        .byte 7, 0, 0, 0, 0, 0
        .byte 4, 0, 0, 0, 0, 0
        .byte 4, 0, 0, 0, 0, 0
        .byte 1, 0, 0, 0, 0, 0
        .byte 1

        ALIGN 256
ScoreRow                        ; by line from the bottom of the score; the line below it is the first
        .byte 0
        .byte 4, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0
LivesRows
        .byte $00, $FF, $FF, $FF, $00
LivesPF0
        .byte $00, $00, $00, $00, $00, $C0
LivesPF1
        .byte $00, $00, $01, $0D, $6D, $6D
LivesPF2
        .byte $00, $0C, $0D, $0D, $0D, $0D
FullRow
        .byte $C0, $FF, $FF, $F0, $FF, $3F
ColumnByte
        .byte 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5
ColumnMask
        .byte $C0, $C0, $30, $0C, $03, $03, $0C, $30, $C0, $30, $C0, $C0, $30, $0C, $03, $03, $0C, $30
RowOfLine                       ; six times the row of bricks
        .byte 0, 0, 0, 0, 0, 0
        .byte 6, 6, 6, 6, 6, 6
        .byte 12, 12, 12, 12, 12, 12
        .byte 18, 18, 18, 18, 18, 18
        .byte 24, 24, 24, 24, 24, 24
        .byte 30, 30, 30, 30, 30, 30

; Where the ball meets the paddle, by its right edge's pixel from the paddle's left.
Angle
        .byte $83, $83, $83, $82, $82, $81, $81, $81, $80
        .byte $80
        .byte $00, $01, $01, $01, $02, $02, $03, $03, $03
; Lines a frame by pace: 1.5, 2, 2.5.
PaceWhole
        .byte 1, 2, 2
PacePart
        .byte $80, $00, $80
; Pixels a frame to the side, by four times the pace and the angle.
SideWhole
        .byte 0, 0, 1, 1
        .byte 0, 0, 1, 2
        .byte 0, 1, 1, 2
SidePart
        .byte $30, $B0, $30, $B0        ; 0.19 0.69 1.19 1.69
        .byte $38, $D8, $70, $08        ; 0.22 0.84 1.44 2.03
        .byte $40, $00, $B0, $60        ; 0.25 1.00 1.69 2.38

        ALIGN 128
; Three of four bits wide, five rows, both halves of a byte alike; the last is blank.
Font
        .byte $EE, $AA, $AA, $AA, $EE
        .byte $44, $CC, $44, $44, $EE
        .byte $EE, $22, $EE, $88, $EE
        .byte $EE, $22, $66, $22, $EE
        .byte $AA, $AA, $EE, $22, $22
        .byte $EE, $88, $EE, $22, $EE
        .byte $EE, $88, $EE, $AA, $EE
        .byte $EE, $22, $22, $22, $22
        .byte $EE, $AA, $EE, $AA, $EE
        .byte $EE, $AA, $EE, $22, $EE
        .byte $00, $00, $00, $00, $00
; The same for PF2, whose lowest bit is at the left.
FontMirrored
        .byte $77, $55, $55, $55, $77
        .byte $22, $33, $22, $22, $77
        .byte $77, $44, $77, $11, $77
        .byte $77, $44, $66, $44, $77
        .byte $55, $55, $77, $44, $44
        .byte $77, $11, $77, $44, $77
        .byte $77, $11, $77, $55, $77
        .byte $77, $44, $44, $44, $44
        .byte $77, $55, $77, $55, $77
        .byte $77, $55, $77, $44, $77

        ORG $FFFC
        .word Start
        .word Start
